-- The newest first.
select distinct month from ops.archives where table_name = %(table)s and released_at is not null order by month desc
