-- What the stream brought and REST has not named yet.
select id, executed_at, price, size, volume from trading.darkpool_trades
where tracking_id < 0 and symbol = %(symbol)s and executed_at between %(first)s and %(last)s
