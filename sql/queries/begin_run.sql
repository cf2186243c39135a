-- Under its lock only one of a kind is alive: others that never finished were killed.
with killed as (
    update ops.runs set outcome = 'interrupted', message = 'killed; the next run went on'
    where outcome = 'running' and kind = %(kind)s
), foretold as (
    -- What a clock that was ahead has claimed of times to come would never be asked for.
    update ops.coverage set covered = covered * tstzmultirange(tstzrange(null, %(started_at)s)),
        settled = settled * tstzmultirange(tstzrange(null, %(started_at)s)),
        confirmed = confirmed * tstzmultirange(tstzrange(null, %(started_at)s))
    where upper(covered) > %(started_at)s::timestamptz + interval '1 minute'
)
insert into ops.runs (run_id, kind, started_at, release) values (%(run_id)s, %(kind)s, %(started_at)s, %(release)s)
