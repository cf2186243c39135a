insert into ops.outbox (key, series, kind, severity, title, body, created_at)
values (%(key)s, %(series)s, %(kind)s, %(severity)s, %(title)s, %(body)s, %(created_at)s)
on conflict (key) do nothing
