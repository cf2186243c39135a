-- The newest rank that was already collected at an earlier time; null where it has been refreshed since.
select value from trading.market_metrics
where symbol = %(symbol)s and metric_type = 'iv_rank' and collected_at <= %(at)s
  and timestamp > %(at)s::timestamptz - interval '60 days' and timestamp <= %(at)s::timestamptz + interval '2 days'
order by timestamp desc limit 1
