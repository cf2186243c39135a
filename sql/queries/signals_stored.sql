select session_date, rule, version, value, side, as_of, known_at, computed_at
from derived.signals
where symbol = %(symbol)s and session_date between %(first_date)s::date and %(last_date)s::date
order by session_date, rule, version
