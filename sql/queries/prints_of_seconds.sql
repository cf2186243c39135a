-- Every print of these seconds, by whichever road it came.
select id, executed_at, price, size, volume, canceled from trading.darkpool_trades
where symbol = %(symbol)s and executed_at = any (%(seconds)s)
