-- Tables and views with their comments, for docs/schema.md.
select n.nspname as schema_name, obj_description(n.oid, 'pg_namespace') as schema_comment,
       c.relname as name, c.relkind in ('v', 'm') as is_view, obj_description(c.oid, 'pg_class') as comment,
       (select a.attname from pg_partitioned_table p join pg_attribute a on a.attrelid = c.oid and a.attnum = p.partattrs[0]
        where p.partrelid = c.oid) as month_of
from pg_namespace n
left join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
where n.nspname in ('trading', 'derived', 'ops')
order by array_position(array['trading', 'derived', 'ops'], n.nspname::text), is_view, name
