-- The running totals of a session's newest fetch, by strike or by expiry: found by the time of the fetch, not by reading the day's.
-- Coverage knows when that was: without it the index of times would be walked from the month's end back to the session.
with newest as (
    select collected_at
    from trading.options_flow
    where flow_type = %(flow_type)s and symbol = %(symbol)s and session_date = %(session_date)s::date
      and collected_at <= coalesce((select collected_at from ops.coverage where feed = 'flow_' || %(flow_type)s
                                    and symbol = %(symbol)s and session_date = %(session_date)s::date), 'infinity')
    order by collected_at desc limit 1
)
select strike, expiry, collected_at, iv_rank,
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
  and collected_at = (select collected_at from newest)
order by strike, expiry
