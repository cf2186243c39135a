-- What the market did that somebody wanted to hear of, and the messages about it.
-- Why the messages of the system's own troubles are not here: docs/decisions/0065-two-boxes-one-way-out.md

create table ops.alert_hits (
    rule     text        not null,
    symbol   text        not null,
    event    text        not null,
    at       timestamptz not null,
    noted_at timestamptz not null,
    value    numeric,
    usual    numeric,
    facts    jsonb       not null default '{}',
    primary key (rule, symbol, event)
);
create index alert_hits_at on ops.alert_hits (at);
comment on table ops.alert_hits is 'What a market rule found, once each: an event that is found again, restated or not, is known by its name and says nothing more.';
comment on column ops.alert_hits.rule is 'Name of the rule.';
comment on column ops.alert_hits.symbol is 'Ticker, or MARKET.';
comment on column ops.alert_hits.event is 'Names the event inside its rule and symbol: the row''s id, or a level and its direction.';
comment on column ops.alert_hits.at is 'When it happened on the market.';
comment on column ops.alert_hits.noted_at is 'By the collector''s clock.';
comment on column ops.alert_hits.value is 'What was found, in the unit of the rule.';
comment on column ops.alert_hits.usual is 'What it was compared with, in the same unit.';
comment on column ops.alert_hits.facts is 'What the message says: what, and the query that shows it again.';

create table ops.alert_series (
    series      text primary key,
    since       timestamptz not null,
    active_at   timestamptz not null,
    hits        integer     not null,
    said        integer     not null,
    said_at     timestamptz,
    reopened    integer     not null,
    resolved_at timestamptz
);
comment on table ops.alert_series is 'Where each series of market alerts stands: it is what keeps a flapping one from saying more than it should.';
comment on column ops.alert_series.series is 'market/RULE/SYMBOL.';
comment on column ops.alert_series.since is 'When this episode began.';
comment on column ops.alert_series.active_at is 'When the rule last found something new.';
comment on column ops.alert_series.hits is 'Events of this episode.';
comment on column ops.alert_series.said is 'Messages of this episode so far, the last one that it is over not counted.';
comment on column ops.alert_series.said_at is 'When the last of them was written; null if none.';
comment on column ops.alert_series.reopened is 'How often it came back soon after it was over.';
comment on column ops.alert_series.resolved_at is 'When it was over; null while it is not.';

create table ops.outbox (
    id         bigint generated always as identity primary key,
    key        text        not null unique,
    series     text        not null,
    kind       text        not null check (kind in ('fired', 'again', 'last', 'resolved', 'digest')),
    severity   text        not null check (severity in ('critical', 'warning', 'info')),
    title      text        not null,
    body       text        not null,
    created_at timestamptz not null,
    routed_at  timestamptz
);
create index outbox_unrouted on ops.outbox (id) where routed_at is null;
comment on table ops.outbox is 'Messages of market alerts, written in the transaction of their cause. Delivered at least once: a double carries the same number.';
comment on column ops.outbox.id is 'The number that the message carries.';
comment on column ops.outbox.key is 'So that one cause writes one message.';
comment on column ops.outbox.series is 'market/RULE/SYMBOL, or digest.';
comment on column ops.outbox.kind is 'fired, again, last (no more until it is over), resolved, digest.';
comment on column ops.outbox.severity is 'Which channels it goes to, and whether it waits for the morning.';
comment on column ops.outbox.title is 'One line.';
comment on column ops.outbox.body is 'What, compared with what, since when, and the query that shows it again.';
comment on column ops.outbox.created_at is 'By the collector''s clock.';
comment on column ops.outbox.routed_at is 'When its channels were chosen; null: not yet.';

create table ops.deliveries (
    outbox_id    bigint      not null references ops.outbox (id),
    channel      text        not null,
    attempts     integer     not null default 0,
    next_at      timestamptz not null,
    delivered_at timestamptz,
    error        text        not null default '',
    primary key (outbox_id, channel)
);
create index deliveries_waiting on ops.deliveries (channel, next_at) where delivered_at is null;
create index deliveries_delivered on ops.deliveries (channel, delivered_at) where delivered_at is not null;
comment on table ops.deliveries is 'One row a message and channel, so that a channel that is down holds up no other.';
comment on column ops.deliveries.outbox_id is 'The message.';
comment on column ops.deliveries.channel is 'Its name: kind and a part of the hash of its URL, which is a secret.';
comment on column ops.deliveries.attempts is 'Tries that failed.';
comment on column ops.deliveries.next_at is 'Not tried before.';
comment on column ops.deliveries.delivered_at is 'When the channel took it; messages of one moment went as one.';
comment on column ops.deliveries.error is 'Why the last try failed.';
