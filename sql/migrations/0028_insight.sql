-- What is computed of each session and kept, and the page about it that goes out with the alerts.
-- Why it is written once and never changed: docs/decisions/0075-what-is-computed-each-night.md

create table derived.signals (
    rule         text        not null,
    version      integer     not null check (version > 0),
    symbol       text        not null,
    session_date date        not null,
    as_of        timestamptz not null,
    known_at     timestamptz check (known_at <= as_of),
    value        smallint    check (value in (-1, 0, 1)),
    side         text        generated always as (case value when 1 then 'long' when 0 then 'none' when -1 then 'short' end) stored,
    computed_at  timestamptz not null check (computed_at >= as_of),
    primary key (rule, version, symbol, session_date)
);
create index signals_symbol on derived.signals (symbol, session_date);
comment on table derived.signals is 'What each rule said of each session, as known then. A row is written once and never changed; a rule that computes anything else has a new version, and so new rows.';
comment on column derived.signals.rule is 'Its name in docs/signals.md.';
comment on column derived.signals.version is 'Of the rule.';
comment on column derived.signals.symbol is 'Ticker.';
comment on column derived.signals.session_date is 'Newest session that the rule was shown.';
comment on column derived.signals.as_of is 'Nothing that was collected after it is in the value: 22:00 New York of the session.';
comment on column derived.signals.known_at is 'When the newest fact that the rule was shown had been collected; null if there was none.';
comment on column derived.signals.value is '1, 0 or -1; null: too little was known by then, which later data does not change.';
comment on column derived.signals.side is 'long, none or short; null where the value is.';
comment on column derived.signals.computed_at is 'By the clock of who stored it. Long after as_of where the laptop slept, or a rule is new: it says nothing about what was known.';

create table derived.correlations (
    pair         text             not null,
    version      integer          not null check (version > 0),
    symbol       text             not null,
    session_date date             not null,
    as_of        timestamptz      not null,
    minutes      integer          not null,
    known_share  double precision check (known_share between 0 and 1),
    value        double precision check (value between -1 and 1),
    low          double precision check (low between -1 and 1),
    high         double precision check (high between -1 and 1),
    effective    double precision,
    best_lag     integer,
    best_value   double precision check (best_value between -1 and 1),
    best_z       double precision,
    needed_z     double precision,
    evidence     boolean,
    computed_at  timestamptz      not null check (computed_at >= as_of),
    primary key (pair, version, symbol, session_date)
);
create index correlations_symbol on derived.correlations (symbol, session_date);
comment on table derived.correlations is 'How two series of a session''s minutes of regular hours moved together, as known then. Written once and never changed.';
comment on column derived.correlations.pair is 'dark-flow: signed dark premium against net options premium; flow-price: net options premium against the price''s return.';
comment on column derived.correlations.version is 'Of the computation.';
comment on column derived.correlations.symbol is 'Ticker.';
comment on column derived.correlations.session_date is 'The session.';
comment on column derived.correlations.as_of is 'Nothing that was collected after it is in the values: 22:00 New York of the session.';
comment on column derived.correlations.minutes is 'Minutes that were compared.';
comment on column derived.correlations.known_share is 'Part of the session''s prints, of those here when it was computed, that had been collected by as_of; below 0.9 nothing is said.';
comment on column derived.correlations.value is 'Correlation of the same minute; null: too little was known.';
comment on column derived.correlations.low is 'Lower end of its 95 % interval.';
comment on column derived.correlations.high is 'Upper end of its 95 % interval.';
comment on column derived.correlations.effective is 'How many independent minutes would say as much.';
comment on column derived.correlations.best_lag is 'Of the lags from -10 to 10 minutes the one that stands out most; above 0 the first of the pair comes first.';
comment on column derived.correlations.best_value is 'Correlation at that lag.';
comment on column derived.correlations.best_z is 'Its Fisher z, in standard errors.';
comment on column derived.correlations.needed_z is 'What the best of so many lags must reach.';
comment on column derived.correlations.evidence is 'Whether it does.';
comment on column derived.correlations.computed_at is 'By the clock of who stored it.';

alter table ops.outbox drop constraint outbox_kind_check;
alter table ops.outbox add constraint outbox_kind_check
    check (kind in ('fired', 'again', 'last', 'resolved', 'digest', 'report'));
comment on column ops.outbox.kind is 'fired, again, last (no more until it is over), resolved, digest, report.';
comment on column ops.outbox.series is 'market/RULE/SYMBOL, digest, or report/SYMBOL.';

create table ops.outbox_pages (
    outbox_id bigint primary key references ops.outbox (id),
    name      text   not null,
    content   bytea  not null check (octet_length(content) <= 262144)
);
alter table ops.outbox_pages alter column content set storage external;
comment on table ops.outbox_pages is 'The page that goes with a message; gone once all channels have it, or after a week.';
comment on column ops.outbox_pages.outbox_id is 'The message.';
comment on column ops.outbox_pages.name is 'As what it is attached.';
comment on column ops.outbox_pages.content is 'HTML, gzip.';
