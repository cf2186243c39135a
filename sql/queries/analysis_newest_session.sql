-- The last session for which anything of the symbol's options flow or bars is here.
select greatest(
    (select max(session_date) from trading.options_flow where symbol = %(symbol)s and flow_type = 'per_expiry'),
    (select max(session_date) from trading.bars where symbol = %(symbol)s))
