select executed_at, strike, expiry, premium, contract_size, collected_at,
       coalesce((detail ->> 'total_ask_side_prem')::numeric, 0) as ask_premium,
       coalesce((detail ->> 'total_bid_side_prem')::numeric, 0) as bid_premium,
       detail ->> 'type' = 'call' as is_call,
       coalesce((detail ->> 'has_sweep')::boolean, false) as sweep,
       coalesce((detail ->> 'all_opening_trades')::boolean, false) as opening
from trading.options_flow
where flow_type = 'alert' and symbol = %(symbol)s and session_date = %(session_date)s::date
order by executed_at
