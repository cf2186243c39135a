-- Columns in their order with type and comment, for docs/schema.md.
select n.nspname as schema_name, c.relname as relation, a.attname as name,
       format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required, col_description(c.oid, a.attnum) as comment
from pg_attribute a
join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('trading', 'derived', 'ops') and a.attnum > 0 and not a.attisdropped
order by n.nspname, c.relname, a.attnum
