select run_id, kind, started_at, finished_at, release, outcome, message from ops.runs order by started_at desc limit %(most)s
