-- Folders that have rows of a table's months instead of the table. Ask after `lock table ... in access share mode`:
-- then no month can leave between this and the question for the rows that are in the table.
select folder from ops.archives
where table_name = %(table)s and month between %(first)s and %(last)s and released_at is not null
order by month, part
