-- The third look at a session, keys that the vendor stopped sending, and what each kind of row means.

alter table ops.coverage add column confirmed tstzmultirange not null default '{}';
comment on column ops.coverage.confirmed is 'Seconds seen again from 06:30 New York of the next day: the session as it stays.';

create table ops.schema_drift (
    feed          text not null,
    key           text not null,
    first_seen_at timestamptz not null,
    last_seen_at  timestamptz not null,
    rows          bigint not null,
    primary key (feed, key)
);
comment on table ops.schema_drift is 'Keys that the vendor''s contract promises and that rows came without. Such rows are stored; somebody must look.';
comment on column ops.schema_drift.feed is 'Name of the source.';
comment on column ops.schema_drift.key is 'The key that was missing (a null is not missing).';
comment on column ops.schema_drift.first_seen_at is 'By the collector''s clock.';
comment on column ops.schema_drift.last_seen_at is 'By the collector''s clock.';
comment on column ops.schema_drift.rows is 'Rows that came without it so far, repeats included.';

create table ops.metric_types (
    metric_type text primary key,
    feed        text not null,
    unit        text not null,
    meaning     text not null
);
comment on table ops.metric_types is 'What each metric_type of trading.market_metrics is; a feed''s migration writes its lines.';
comment on column ops.metric_types.metric_type is 'As in trading.market_metrics.';
comment on column ops.metric_types.feed is 'Name of the source.';
comment on column ops.metric_types.unit is 'Unit of the value.';
comment on column ops.metric_types.meaning is 'What it says, and its trap where it has one.';

create table ops.flow_types (
    flow_type text primary key,
    feed      text not null,
    meaning   text not null
);
comment on table ops.flow_types is 'What each flow_type of trading.options_flow is; a feed''s migration writes its line.';
comment on column ops.flow_types.flow_type is 'As in trading.options_flow.';
comment on column ops.flow_types.feed is 'Name of the source.';
comment on column ops.flow_types.meaning is 'What a row of it is, and its trap where it has one.';

insert into ops.metric_types (metric_type, feed, unit, meaning) values
    ('iv_rank', 'iv_rank', '0 to 100', 'Where implied volatility stands in its range of one year; refreshed through the day.'),
    ('iv_volatility', 'iv_rank', '1 = 100 %', 'Implied volatility.'),
    ('iv_close', 'iv_rank', 'US dollars', 'The underlying''s price that belongs to the rank.'),
    ('market_tide_net_call_premium', 'market_tide', 'US dollars', 'Calls, ask side less bid side, running total of the day.'),
    ('market_tide_net_put_premium', 'market_tide', 'US dollars', 'Puts, ask side less bid side, running total of the day.'),
    ('market_tide_net_volume', 'market_tide', 'contracts', 'Calls less puts, ask side less bid side, running total of the day.');
insert into ops.flow_types (flow_type, feed, meaning) values
    ('per_strike', 'flow_per_strike', 'A snapshot of the day''s running totals of a strike: never sum two of one session.'),
    ('per_expiry', 'flow_per_expiry', 'A snapshot of the day''s running totals of an expiry: never sum two of one session.'),
    ('recent', 'flow_recent', 'One option trade.');
comment on column trading.market_metrics.metric_type is 'What the number is: ops.metric_types has unit and meaning of each.';
comment on column trading.options_flow.flow_type is 'What the row is: ops.flow_types has the meaning of each.';

-- Increments of a minute are restated by the vendor; trades and snapshots never are.
alter table trading.options_flow add column restated_at timestamptz;
comment on column trading.options_flow.restated_at is 'When a later fetch last found the row changed; null if never.';
