select value from trading.market_metrics
where symbol = %(symbol)s and metric_type = 'iv_rank'
order by timestamp desc limit 1
