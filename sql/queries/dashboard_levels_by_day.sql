-- The same volume by session.
select session_date, sum(dark_volume) as dark_volume, sum(lit_volume) as lit_volume
from trading.price_levels
where symbol = %(symbol)s and level_type = 'darkpool'
  and session_date between %(first_date)s::date and %(last_date)s::date
group by session_date order by session_date
