-- Of the last two months: an older rank is not the one that was known, and each month more is a partition more to open.
select value from trading.market_metrics
where symbol = %(symbol)s and metric_type = 'iv_rank'
  and timestamp > %(at)s::timestamptz - interval '60 days' and timestamp <= %(at)s::timestamptz + interval '2 days'
order by timestamp desc limit 1
