-- The inventory's policy for one table; a line that says the same is left alone.
insert into ops.retention as r (table_name, keep_hot_months, thin_after_days, archive)
values (%(table)s, %(keep_hot_months)s, %(thin_after_days)s, %(archive)s)
on conflict (table_name) do update
    set keep_hot_months = excluded.keep_hot_months, thin_after_days = excluded.thin_after_days,
        archive = excluded.archive, declared_at = now()
    where (r.keep_hot_months, r.thin_after_days, r.archive)
        is distinct from (excluded.keep_hot_months, excluded.thin_after_days, excluded.archive)
returning table_name
