-- All prints of a New York day. Cancelled and off-market ones too: who leaves them out can then say how many.
-- Not those that the vendor no longer shows: trading.print_summary counts them.
select executed_at, price, size, volume, nbbo_bid, nbbo_ask, sale_cond_codes, trade_code, canceled
from trading.darkpool_trades
where symbol = %(symbol)s
  and executed_at >= %(session_date)s::date::timestamp at time zone 'America/New_York'
  and executed_at < (%(session_date)s::date + 1)::timestamp at time zone 'America/New_York'
  and missing_since is null
order by executed_at, volume
