-- One strike through some sessions: of each the newest fetch, found by its time; a session without a line was not collected, or has not this strike.
select d.session_date, f.collected_at, f.call_premium, f.put_premium, f.call_volume, f.put_volume, f.bullish
from ops.market_sessions d
left join ops.coverage c on c.feed = 'flow_per_strike' and c.symbol = %(symbol)s and c.session_date = d.session_date
cross join lateral (
    select collected_at
    from trading.options_flow
    where flow_type = 'per_strike' and symbol = %(symbol)s and session_date = d.session_date
      and session_date between %(first_date)s::date and %(last_date)s::date
      and collected_at <= coalesce(c.collected_at, 'infinity')
    order by collected_at desc limit 1
) newest
cross join lateral (
    select collected_at,
           (detail ->> 'call_premium')::numeric as call_premium,
           (detail ->> 'put_premium')::numeric as put_premium,
           (detail ->> 'call_volume')::numeric as call_volume,
           (detail ->> 'put_volume')::numeric as put_volume,
           (detail ->> 'call_premium_ask_side')::numeric - (detail ->> 'call_premium_bid_side')::numeric
           - (detail ->> 'put_premium_ask_side')::numeric + (detail ->> 'put_premium_bid_side')::numeric as bullish
    from trading.options_flow
    where flow_type = 'per_strike' and symbol = %(symbol)s and session_date = d.session_date
      and session_date between %(first_date)s::date and %(last_date)s::date
      and collected_at = newest.collected_at and strike = %(strike)s::numeric
) f
where d.session_date between %(first_date)s::date and %(last_date)s::date
order by d.session_date
