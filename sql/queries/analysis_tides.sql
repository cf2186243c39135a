-- As analysis_tide of many symbols, of each the last minute of which both are known.
select * from (
    select distinct on (symbol) symbol, timestamp as at,
           max(value) filter (where metric_type in ('market_tide_net_call_premium', 'sector_tide_net_call_premium', 'etf_tide_net_call_premium')) as net_call,
           max(value) filter (where metric_type in ('market_tide_net_put_premium', 'sector_tide_net_put_premium', 'etf_tide_net_put_premium')) as net_put
    from trading.market_metrics
    where symbol = any(%(symbols)s::text[])
      and metric_type in ('market_tide_net_call_premium', 'sector_tide_net_call_premium', 'etf_tide_net_call_premium',
                      'market_tide_net_put_premium', 'sector_tide_net_put_premium', 'etf_tide_net_put_premium')
      and timestamp >= %(session_date)s::date::timestamp at time zone 'America/New_York'
      and timestamp < (%(session_date)s::date + 1)::timestamp at time zone 'America/New_York'
    group by symbol, timestamp
    having count(value) = 2
    order by symbol, timestamp desc
) last
order by symbol collate "C"
