select (timestamp at time zone 'America/New_York')::date as session_date, value, collected_at
from trading.market_metrics
where symbol = %(symbol)s and metric_type = 'iv_rank'
  and timestamp < (%(session_date)s::date + 1)::timestamp at time zone 'America/New_York'
  and timestamp >= (%(session_date)s::date - 60)::timestamp at time zone 'America/New_York'
order by timestamp
