select run_id, started_at, finished_at, release, outcome, message from ops.runs
where kind = 'run' order by started_at desc limit 1
