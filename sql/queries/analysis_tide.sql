-- Running net premium of the market (MARKET), of a sector (its name), or of what an ETF holds (its ticker).
-- Each symbol has one of the three kinds.
select timestamp as at,
       max(value) filter (where metric_type in ('market_tide_net_call_premium', 'sector_tide_net_call_premium', 'etf_tide_net_call_premium')) as net_call,
       max(value) filter (where metric_type in ('market_tide_net_put_premium', 'sector_tide_net_put_premium', 'etf_tide_net_put_premium')) as net_put
from trading.market_metrics
where symbol = %(symbol)s
  and metric_type in ('market_tide_net_call_premium', 'sector_tide_net_call_premium', 'etf_tide_net_call_premium',
                      'market_tide_net_put_premium', 'sector_tide_net_put_premium', 'etf_tide_net_put_premium')
  and timestamp >= %(session_date)s::date::timestamp at time zone 'America/New_York'
  and timestamp < (%(session_date)s::date + 1)::timestamp at time zone 'America/New_York'
group by timestamp
order by timestamp
