-- The first price of regular hours of each session.
select distinct on (session_date) starts_at as at, open as price
from trading.bars
where symbol = %(symbol)s and candle = '1m' and market_time = 'r'
  and session_date between %(first_date)s::date and %(last_date)s::date
  and starts_at >= %(first_date)s::date::timestamp at time zone 'America/New_York'
  and starts_at < (%(last_date)s::date + 1)::timestamp at time zone 'America/New_York'
order by session_date, starts_at
