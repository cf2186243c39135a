-- A line a symbol of one session; null where nothing was collected. Dark share from the vendor's own levels, net premium from its minutes.
with volumes as (
    select symbol, sum(dark_volume) as dark, sum(lit_volume) as lit
    from trading.price_levels
    where session_date = %(session_date)s::date and level_type = 'darkpool' and symbol = any(%(symbols)s::text[])
    group by symbol
), minutes as (
    select symbol,
           sum(value) filter (where metric_type = 'net_prem_net_call_premium') as net_call,
           sum(value) filter (where metric_type = 'net_prem_net_put_premium') as net_put
    from trading.market_metrics
    where metric_type in ('net_prem_net_call_premium', 'net_prem_net_put_premium') and symbol = any(%(symbols)s::text[])
      and timestamp >= %(session_date)s::date::timestamp at time zone 'America/New_York'
      and timestamp < (%(session_date)s::date + 1)::timestamp at time zone 'America/New_York'
    group by symbol
), ranks as (
    select distinct on (symbol) symbol, value
    from trading.market_metrics
    where metric_type = 'iv_rank' and symbol = any(%(symbols)s::text[])
      and timestamp >= %(session_date)s::date::timestamp at time zone 'America/New_York'
      and timestamp < (%(session_date)s::date + 1)::timestamp at time zone 'America/New_York'
    order by symbol, timestamp desc
), closes as (
    select distinct on (symbol) symbol, close
    from trading.bars
    where symbol = any(%(symbols)s::text[]) and candle = '1m' and market_time = 'r' and session_date = %(session_date)s::date
      and starts_at >= %(session_date)s::date::timestamp at time zone 'America/New_York'
      and starts_at < (%(session_date)s::date + 1)::timestamp at time zone 'America/New_York'
    order by symbol, starts_at desc
), hits as (
    select symbol, count(*) as hits
    from ops.alert_hits
    where symbol = any(%(symbols)s::text[])
      and at >= %(session_date)s::date::timestamp at time zone 'America/New_York'
      and at < (%(session_date)s::date + 1)::timestamp at time zone 'America/New_York'
    group by symbol
), alerts as (
    select symbol, count(*) as alerts
    from trading.options_flow
    where flow_type = 'alert' and symbol = any(%(symbols)s::text[]) and session_date = %(session_date)s::date
    group by symbol
)
select s.symbol, c.close, v.dark, v.lit, m.net_call, m.net_put, r.value as iv_rank,
       coalesce(h.hits, 0) as hits, coalesce(a.alerts, 0) as alerts
from unnest(%(symbols)s::text[]) as s(symbol)
left join closes c using (symbol)
left join volumes v using (symbol)
left join minutes m using (symbol)
left join ranks r using (symbol)
left join hits h using (symbol)
left join alerts a using (symbol)
order by s.symbol
