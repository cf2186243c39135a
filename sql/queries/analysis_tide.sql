-- The whole market's running net premium.
select timestamp as at,
       max(value) filter (where metric_type = 'market_tide_net_call_premium') as net_call,
       max(value) filter (where metric_type = 'market_tide_net_put_premium') as net_put
from trading.market_metrics
where symbol = 'MARKET'
  and metric_type in ('market_tide_net_call_premium', 'market_tide_net_put_premium')
  and timestamp >= %(session_date)s::date::timestamp at time zone 'America/New_York'
  and timestamp < (%(session_date)s::date + 1)::timestamp at time zone 'America/New_York'
group by timestamp
order by timestamp
