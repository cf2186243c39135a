-- The newest rank that was already collected at an earlier time; null where it has been refreshed since.
select value from trading.market_metrics
where symbol = %(symbol)s and metric_type = 'iv_rank' and collected_at <= %(at)s
order by timestamp desc limit 1
