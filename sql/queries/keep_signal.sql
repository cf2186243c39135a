insert into derived.signals (rule, version, symbol, session_date, as_of, known_at, value, computed_at)
values (%(rule)s, %(version)s, %(symbol)s, %(session_date)s, %(as_of)s, %(known_at)s, %(value)s, %(computed_at)s)
on conflict do nothing
