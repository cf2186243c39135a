-- Running totals of a session as the last fetch of each half hour had them, by strike or by expiry.
with last as (
    select max(collected_at) as collected_at
    from trading.options_flow
    where flow_type = %(flow_type)s and symbol = %(symbol)s and session_date = %(session_date)s::date
    group by date_bin('30 minutes', collected_at, '2000-01-01 00:00Z')
)
select strike, expiry, collected_at,
       (detail ->> 'call_premium')::numeric as call_premium,
       (detail ->> 'call_premium_ask_side')::numeric as call_premium_ask_side,
       (detail ->> 'call_premium_bid_side')::numeric as call_premium_bid_side,
       (detail ->> 'put_premium')::numeric as put_premium,
       (detail ->> 'put_premium_ask_side')::numeric as put_premium_ask_side,
       (detail ->> 'put_premium_bid_side')::numeric as put_premium_bid_side
from trading.options_flow
where flow_type = %(flow_type)s and symbol = %(symbol)s and session_date = %(session_date)s::date
  and collected_at in (select collected_at from last)
order by collected_at, strike, expiry
