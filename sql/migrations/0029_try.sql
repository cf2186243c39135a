-- A release tries itself before it is switched to; the try is a run of its own kind, with its words.

alter table ops.runs drop constraint runs_kind_check;
alter table ops.runs add constraint runs_kind_check check (kind in ('run', 'backfill', 'stream', 'replay', 'try'));
comment on column ops.runs.kind is
    'run: the scheduled pass. backfill: old days on purpose. stream: the live service. replay: kept rows read again. try: a release before it is used.';
