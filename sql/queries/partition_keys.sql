-- Which column says in which partition a row lies; tables without partitions are not in it.
select n.nspname, c.relname, a.attname
from pg_partitioned_table p
join pg_class c on c.oid = p.partrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum = p.partattrs[0]
where n.nspname = 'trading'
