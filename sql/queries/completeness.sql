-- A session's prints as the proof by adjacency needs them, canceled ones too: they keep their place in the volume.
select executed_at, price, size, volume, missing_since is not null as missing
from trading.darkpool_trades
where symbol = %(symbol)s and executed_at >= %(starts_at)s and executed_at < %(ends_at)s
order by volume, executed_at
