-- Rows that passes, and a release's try before them, stored by New York day and hour. A run's id begins with its time (UTC),
-- so only the lines of those days are read.
select l.feed, (r.started_at at time zone 'America/New_York')::date as day,
       extract(hour from r.started_at at time zone 'America/New_York')::int as hour, sum(l.stored)::bigint as rows
from ops.ledger l
join ops.runs r using (run_id)
where l.run_id >= to_char(%(since)s::timestamptz at time zone 'UTC', 'YYYYMMDD"T"HH24MISS')
  and r.started_at >= %(since)s and r.kind in ('run', 'try')
group by l.feed, day, hour
