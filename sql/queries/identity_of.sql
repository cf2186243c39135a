-- The key by which a row of a table is the same row; of none where a table has only its id.
select a.attname
from pg_index i
cross join unnest(i.indkey) with ordinality k (attnum, place)
join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
where i.indrelid = ('trading.' || quote_ident(%(table)s))::regclass and i.indisunique and not i.indisprimary
order by k.place
