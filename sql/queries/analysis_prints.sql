-- Prints of some days with what happened when: on the tape, in the trade, at the collector. Who asks what was known at
-- an instant takes collection_time; a cancel that came later is in the row all the same.
select executed_at, trf_executed_at, collection_time, price, size, premium, volume, nbbo_bid, nbbo_ask,
       sale_cond_codes, trade_code, canceled, (executed_at at time zone 'America/New_York')::date as session_date
from trading.darkpool_trades
where symbol = %(symbol)s
  and executed_at >= %(first_date)s::date::timestamp at time zone 'America/New_York'
  and executed_at < (%(last_date)s::date + 1)::timestamp at time zone 'America/New_York'
  and missing_since is null
order by executed_at, volume
