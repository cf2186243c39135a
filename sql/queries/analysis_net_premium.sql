-- What each minute added, calls and puts, by side: no running totals. collected_at is of the stored values.
select timestamp as at,
       max(value) filter (where metric_type = 'net_prem_net_call_premium') as net_call,
       max(value) filter (where metric_type = 'net_prem_net_put_premium') as net_put,
       max(collected_at) as collected_at,
       (timestamp at time zone 'America/New_York')::date as session_date
from trading.market_metrics
where symbol = %(symbol)s
  and metric_type in ('net_prem_net_call_premium', 'net_prem_net_put_premium')
  and timestamp >= %(first_date)s::date::timestamp at time zone 'America/New_York'
  and timestamp < (%(last_date)s::date + 1)::timestamp at time zone 'America/New_York'
group by timestamp
order by timestamp
