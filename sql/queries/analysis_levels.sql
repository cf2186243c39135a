-- Volume at each price, of the kind that knows all venues.
select session_date, level_type, price, dark_volume, lit_volume, collected_at
from trading.price_levels
where symbol = %(symbol)s and session_date = %(session_date)s::date and level_type = 'darkpool'
order by price
