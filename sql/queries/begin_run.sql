-- Under its lock only one of a kind is alive: others that never finished were killed.
with killed as (
    update ops.runs set outcome = 'interrupted', message = 'killed; the next run went on'
    where outcome = 'running' and kind = %(kind)s
)
insert into ops.runs (run_id, kind, started_at, release) values (%(run_id)s, %(kind)s, %(started_at)s, %(release)s)
