-- Keys and indexes, for docs/schema.md.
select n.nspname as schema_name, c.relname as relation, i.indisprimary as is_primary, i.indisunique as is_unique,
       array(select pg_get_indexdef(i.indexrelid, place, true) from generate_series(1, i.indnkeyatts) place) as columns
from pg_index i
join pg_class c on c.oid = i.indrelid and not c.relispartition
join pg_namespace n on n.oid = c.relnamespace
join pg_class x on x.oid = i.indexrelid
where n.nspname in ('trading', 'derived', 'ops')
order by n.nspname, c.relname, i.indisprimary desc, i.indisunique desc, x.relname
