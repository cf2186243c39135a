-- Feeds that the plan does not include, as the vendor said since then. A run's id begins with its time, so only their lines are read.
select distinct feed from ops.ledger
where run_id >= to_char(%(since)s::timestamptz at time zone 'UTC', 'YYYYMMDD"T"HH24MISS') and outcome = 'not_in_plan'
order by feed
