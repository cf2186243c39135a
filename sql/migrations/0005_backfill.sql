-- Work other than the scheduled pass, and how far back the plan lets it reach.

alter table ops.runs add column kind text not null default 'run' check (kind in ('run', 'backfill', 'stream', 'replay'));
comment on column ops.runs.kind is 'run: the scheduled pass. backfill: old days on purpose. stream: the live service. replay: kept rows read again.';
comment on table ops.runs is 'One row a piece of work of the collector, mostly the scheduled pass.';

alter table ops.ledger drop constraint ledger_outcome_check;
alter table ops.ledger add constraint ledger_outcome_check
    check (outcome in ('running', 'done', 'open', 'failed', 'not_in_plan', 'before_history', 'not_offered', 'stopped'));
comment on column ops.ledger.outcome is 'open: part of the window could not be completed and stays uncovered, message says which. before_history: the plan does not reach so far back. not_offered: the vendor has the feed for other symbols only; the symbol is asked again next session.';

create table ops.history_limits (
    feed     text primary key,
    earliest date not null,
    told_at  timestamptz not null
);
comment on table ops.history_limits is 'How far back the vendor said the plan sees. It is a number of trading days, so it moves on each day.';
comment on column ops.history_limits.feed is 'Name of the source.';
comment on column ops.history_limits.earliest is 'Earliest session (New York) that could be asked for when it was told.';
comment on column ops.history_limits.told_at is 'By the collector''s clock.';
