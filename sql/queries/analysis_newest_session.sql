-- The last session for which anything of the symbol's options flow or bars is here: from the newest month back.
select greatest(
    (select session_date from trading.options_flow where symbol = %(symbol)s and flow_type = 'per_expiry'
     order by session_date desc limit 1),
    (select session_date from trading.bars where symbol = %(symbol)s and candle = '1m' order by starts_at desc limit 1))
