-- What signals are made of: one number of a session, and when it was collected.
with newest as (
    select session_date, max(collected_at) as known_at
    from trading.options_flow
    where flow_type = 'per_expiry' and symbol = %(symbol)s
      and session_date between %(first_date)s::date and %(last_date)s::date
    group by session_date
), flow as (
    select f.session_date, f.collected_at as known_at,
           sum((f.detail ->> 'call_premium_ask_side')::numeric) as call_ask,
           sum((f.detail ->> 'call_premium_bid_side')::numeric) as call_bid,
           sum((f.detail ->> 'put_premium_ask_side')::numeric) as put_ask,
           sum((f.detail ->> 'put_premium_bid_side')::numeric) as put_bid
    from trading.options_flow f
    join newest n on n.session_date = f.session_date and n.known_at = f.collected_at
    where f.flow_type = 'per_expiry' and f.symbol = %(symbol)s
      and f.session_date between %(first_date)s::date and %(last_date)s::date
    group by f.session_date, f.collected_at
), dark as (
    -- A print that was collected on a later day would make the whole day known only then.
    select session_date, max(collection_time) as known_at, sum(price * size) as premium,
           coalesce(sum(sign(2 * price - nbbo_bid - nbbo_ask) * price * size)
                    filter (where nbbo_bid > 0 and nbbo_bid <= nbbo_ask), 0) as signed
    from trading.market_prints
    where symbol = %(symbol)s
      and executed_at >= %(first_date)s::date::timestamp at time zone 'America/New_York'
      and executed_at < (%(last_date)s::date + 1)::timestamp at time zone 'America/New_York'
      and (collection_time at time zone 'America/New_York')::date = session_date
    group by session_date
), closes as (
    select distinct on (session_date) session_date, close, collected_at as known_at
    from trading.bars
    where symbol = %(symbol)s and candle = '1m' and market_time = 'r'
      and session_date between %(first_date)s::date and %(last_date)s::date
      and starts_at >= %(first_date)s::date::timestamp at time zone 'America/New_York'
      and starts_at < (%(last_date)s::date + 1)::timestamp at time zone 'America/New_York'
    order by session_date, starts_at desc
), facts as (
    select 'bullish_share' as fact, session_date,
           (call_ask - call_bid - put_ask + put_bid) / nullif(call_ask + call_bid + put_ask + put_bid, 0) as value, known_at
    from flow
    union all
    select 'net_put_premium', session_date, put_ask - put_bid, known_at from flow
    union all
    select 'dark_premium', session_date, premium, known_at from dark
    union all
    select 'dark_signed_premium', session_date, signed, known_at from dark
    union all
    select 'close', session_date, close, known_at from closes
    union all
    select 'iv_rank', (timestamp at time zone 'America/New_York')::date, value, collected_at
    from trading.market_metrics
    where symbol = %(symbol)s and metric_type = 'iv_rank'
      and timestamp >= %(first_date)s::date::timestamp at time zone 'America/New_York'
      and timestamp < (%(last_date)s::date + 1)::timestamp at time zone 'America/New_York'
)
select fact, session_date, value, known_at
from facts
where value is not null
order by known_at, fact
