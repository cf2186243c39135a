-- The newest running totals of a session, by strike or by expiry.
select distinct on (strike, expiry) strike, expiry, collected_at, iv_rank,
       (detail ->> 'call_premium')::numeric as call_premium,
       (detail ->> 'call_premium_ask_side')::numeric as call_premium_ask_side,
       (detail ->> 'call_premium_bid_side')::numeric as call_premium_bid_side,
       (detail ->> 'call_volume')::numeric as call_volume,
       (detail ->> 'call_otm_premium')::numeric as call_otm_premium,
       (detail ->> 'call_otm_volume')::numeric as call_otm_volume,
       (detail ->> 'put_premium')::numeric as put_premium,
       (detail ->> 'put_premium_ask_side')::numeric as put_premium_ask_side,
       (detail ->> 'put_premium_bid_side')::numeric as put_premium_bid_side,
       (detail ->> 'put_volume')::numeric as put_volume,
       (detail ->> 'put_otm_premium')::numeric as put_otm_premium,
       (detail ->> 'put_otm_volume')::numeric as put_otm_volume
from trading.options_flow
where flow_type = %(flow_type)s and symbol = %(symbol)s and session_date = %(session_date)s::date
order by strike, expiry, collected_at desc
