insert into ops.alert_series (series, since, active_at, hits, said, said_at, reopened, resolved_at)
values (%(series)s, %(since)s, %(active_at)s, %(hits)s, %(said)s, %(said_at)s, %(reopened)s, %(resolved_at)s)
on conflict (series) do update
    set since = excluded.since, active_at = excluded.active_at, hits = excluded.hits, said = excluded.said,
        said_at = excluded.said_at, reopened = excluded.reopened, resolved_at = excluded.resolved_at
