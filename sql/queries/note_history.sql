insert into ops.history_limits (feed, earliest, told_at) values (%(feed)s, %(earliest)s, %(told_at)s)
on conflict (feed) do update set earliest = excluded.earliest, told_at = excluded.told_at
