insert into ops.schema_drift as d (feed, key, first_seen_at, last_seen_at, rows)
values (%(feed)s, %(key)s, %(seen_at)s, %(seen_at)s, %(rows)s)
on conflict (feed, key) do update set last_seen_at = excluded.last_seen_at, rows = d.rows + excluded.rows
