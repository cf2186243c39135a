-- A session's prints at market prices, put together by price: shares times price is their premium to the cent.
select price, sum(size) as size, count(*) as prints
from trading.market_prints
where symbol = %(symbol)s and size > 0
  and executed_at >= %(session_date)s::date::timestamp at time zone 'America/New_York'
  and executed_at < (%(session_date)s::date + 1)::timestamp at time zone 'America/New_York'
group by price order by price
