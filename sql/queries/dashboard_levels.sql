-- Volume at each price over some sessions: the vendor's own levels of the kind that knows all venues.
select price, sum(dark_volume) as dark_volume, sum(lit_volume) as lit_volume, count(*) as sessions
from trading.price_levels
where symbol = %(symbol)s and level_type = 'darkpool'
  and session_date between %(first_date)s::date and %(last_date)s::date
group by price order by price
