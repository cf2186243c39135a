-- Under the lock only one run is alive: others that never finished were killed.
with killed as (
    update ops.runs set outcome = 'interrupted', message = 'killed; the next run went on'
    where outcome = 'running'
)
insert into ops.runs (run_id, started_at, release) values (%(run_id)s, %(started_at)s, %(release)s)
