insert into derived.correlations (pair, version, symbol, session_date, as_of, minutes, known_share, value, low, high, effective,
                                  best_lag, best_value, best_z, needed_z, evidence, computed_at)
values (%(pair)s, %(version)s, %(symbol)s, %(session_date)s, %(as_of)s, %(minutes)s, %(known_share)s, %(value)s, %(low)s, %(high)s,
        %(effective)s, %(best_lag)s, %(best_value)s, %(best_z)s, %(needed_z)s, %(evidence)s, %(computed_at)s)
on conflict do nothing
