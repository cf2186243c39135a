select session_date, starts_at, coalesce(ends_at, starts_at + interval '1 minute') as ends_at,
       open, high, low, close, volume, market_time, collected_at
from trading.bars
where symbol = %(symbol)s and candle = '1m'
  and session_date between %(first_date)s::date and %(last_date)s::date
  and starts_at >= %(first_date)s::date::timestamp at time zone 'America/New_York'
  and starts_at < (%(last_date)s::date + 1)::timestamp at time zone 'America/New_York'
order by starts_at
