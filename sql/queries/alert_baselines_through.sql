select coalesce(max(through) >= %(through)s::date, false) from derived.baselines where symbol = %(symbol)s
