select session_date, pair, version, value, low, high, minutes, known_share, best_lag, best_value, best_z, needed_z, evidence,
       as_of, computed_at
from derived.correlations
where symbol = %(symbol)s and session_date between %(first_date)s::date and %(last_date)s::date
order by session_date, pair, version
