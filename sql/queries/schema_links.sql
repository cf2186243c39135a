-- Which table's rows name a row of which other, for the diagram in docs/schema.md: by a foreign key, or by a column
-- that is named like the whole primary key of the other and has its type. Trading tables have no foreign keys: what
-- the vendor sends is stored, whether we know its kind or not.
select many.relname as many, one.relname as one, a.attname as by, exists (
           select from pg_constraint f where f.contype = 'f' and f.conrelid = many.oid and f.confrelid = one.oid) as enforced
from pg_constraint k
join pg_class one on one.oid = k.conrelid and k.contype = 'p' and cardinality(k.conkey) = 1 and not one.relispartition
join pg_attribute named on named.attrelid = one.oid and named.attnum = k.conkey[1]
join pg_attribute a on a.attname = named.attname and a.atttypid = named.atttypid and a.attrelid <> one.oid and not a.attisdropped
join pg_class many on many.oid = a.attrelid and many.relkind in ('r', 'p') and not many.relispartition
where one.relnamespace in ('trading'::regnamespace, 'ops'::regnamespace)
  and many.relnamespace in ('trading'::regnamespace, 'ops'::regnamespace)
  and a.attname <> 'id' and a.atttypid <> 'timestamptz'::regtype
  -- A feed is a file of the collector; the tables that are keyed by one only note something about it.
  and a.attname <> 'feed'
order by one.relname, many.relname
