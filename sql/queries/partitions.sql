-- The partitions of each table of trading: how many, of which months, and whether the next month's is there.
select c.relname, count(i.inhrelid), min(month), max(month), coalesce(bool_or(month = following), false)
from pg_partitioned_table p
join pg_class c on c.oid = p.partrelid
left join pg_inherits i on i.inhparent = c.oid
left join pg_class part on part.oid = i.inhrelid
cross join lateral (select to_date(right(part.relname, 7), 'YYYY_MM') as month,
                           date_trunc('month', (now() at time zone 'America/New_York') + interval '1 month')::date as following) m
where c.relnamespace = 'trading'::regnamespace
group by c.relname
order by c.relname
