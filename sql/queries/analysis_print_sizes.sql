-- Sizes of the prints at market prices of some days: what a block is large beside.
select size from trading.market_prints
where symbol = %(symbol)s
  and executed_at >= %(first_date)s::date::timestamp at time zone 'America/New_York'
  and executed_at < (%(last_date)s::date + 1)::timestamp at time zone 'America/New_York'
