-- What was done, what is covered, what could not be read, and when the market is open.
-- Why coverage is a multirange: docs/decisions/0004-coverage-as-multirange.md

create table ops.runs (
    run_id      text primary key,
    started_at  timestamptz not null,
    finished_at timestamptz,
    release     text not null,
    outcome     text not null default 'running'
                check (outcome in ('running', 'done', 'nothing_due', 'failed', 'stopped', 'interrupted')),
    message     text not null default ''
);
create index runs_started_at on ops.runs (started_at);
comment on table ops.runs is 'One row a pass of the collector.';
comment on column ops.runs.run_id is 'Also on each line of the log.';
comment on column ops.runs.started_at is 'By the collector''s clock.';
comment on column ops.runs.finished_at is 'By the collector''s clock; null while running or when killed.';
comment on column ops.runs.release is 'Version of the collector.';
comment on column ops.runs.outcome is 'interrupted: it was killed; the next run noticed and went on where it ended.';
comment on column ops.runs.message is 'One line for people.';

create table ops.ledger (
    run_id       text not null references ops.runs (run_id),
    feed         text not null,
    symbol       text not null,
    session_date date not null,
    requests     integer not null default 0,
    served       integer not null default 0,
    stored       integer not null default 0,
    updated      integer not null default 0,
    quarantined  integer not null default 0,
    outcome      text not null default 'running'
                 check (outcome in ('running', 'done', 'open', 'failed', 'not_in_plan', 'stopped')),
    message      text not null default '',
    noted_at     timestamptz not null default now(),
    primary key (run_id, feed, symbol, session_date)
);
comment on table ops.ledger is 'What each run did for each feed, symbol and session; written in the transaction of the rows it counts.';
comment on column ops.ledger.run_id is 'The pass.';
comment on column ops.ledger.feed is 'Name of the source.';
comment on column ops.ledger.symbol is 'Ticker, or MARKET.';
comment on column ops.ledger.session_date is 'Trading day (New York).';
comment on column ops.ledger.requests is 'Pages committed.';
comment on column ops.ledger.served is 'Rows the vendor sent, repeats included.';
comment on column ops.ledger.stored is 'Rows that were new.';
comment on column ops.ledger.updated is 'Rows that were known and changed.';
comment on column ops.ledger.quarantined is 'Rows that could not be read.';
comment on column ops.ledger.outcome is 'open: part of the window could not be completed and stays uncovered; message says which.';
comment on column ops.ledger.message is 'Why, in one line.';
comment on column ops.ledger.noted_at is 'Last change of this row, by the database''s clock.';

create table ops.coverage (
    feed         text not null,
    symbol       text not null,
    session_date date not null,
    covered      tstzmultirange not null default '{}',
    settled      tstzmultirange not null default '{}',
    collected_at timestamptz,
    primary key (feed, symbol, session_date)
);
comment on table ops.coverage is 'Which intervals of a session have been collected; written in the transaction of their rows, so it never runs ahead of them.';
comment on column ops.coverage.feed is 'Name of the source.';
comment on column ops.coverage.symbol is 'Ticker, or MARKET.';
comment on column ops.coverage.session_date is 'Trading day (New York).';
comment on column ops.coverage.covered is 'Seconds seen at least once; empty for snapshot feeds.';
comment on column ops.coverage.settled is 'Seconds seen again after 21:00 New York, when late prints and cancels are in.';
comment on column ops.coverage.collected_at is 'Last commit for this session, by the collector''s clock.';

create table ops.quarantine (
    id          bigint generated always as identity primary key,
    run_id      text not null references ops.runs (run_id),
    feed        text not null,
    symbol      text not null,
    fetched_at  timestamptz not null,
    reason      text not null,
    raw         text not null,
    raw_sha256  text not null,
    created_at  timestamptz not null default now(),
    unique (feed, symbol, raw_sha256, reason)
);
comment on table ops.quarantine is 'Rows that could not be read. The rest of their page was stored.';
comment on column ops.quarantine.id is 'Ours.';
comment on column ops.quarantine.run_id is 'The first pass that met the row.';
comment on column ops.quarantine.feed is 'Name of the source.';
comment on column ops.quarantine.symbol is 'Ticker that was asked for.';
comment on column ops.quarantine.fetched_at is 'By the collector''s clock.';
comment on column ops.quarantine.reason is 'What was wrong.';
comment on column ops.quarantine.raw is 'The row as JSON text; text, because jsonb refuses some of what must be kept.';
comment on column ops.quarantine.raw_sha256 is 'So that the same bad row is kept once.';
comment on column ops.quarantine.created_at is 'By the database''s clock.';

create table ops.market_sessions (
    session_date     date primary key,
    opens_at         timestamptz not null,
    closes_at        timestamptz not null,
    options_close_at timestamptz not null,
    check (opens_at < closes_at and closes_at <= options_close_at)
);
comment on table ops.market_sessions is 'The New York exchanges'' trading days. Loaded from sql/reference/market_sessions.csv at each release.';
comment on column ops.market_sessions.session_date is 'New York date.';
comment on column ops.market_sessions.opens_at is 'Regular opening, 09:30 New York.';
comment on column ops.market_sessions.closes_at is 'Regular close: 16:00, on half days 13:00 New York.';
comment on column ops.market_sessions.options_close_at is 'End of SPY and QQQ options: a quarter of an hour after the close.';
