-- REST names the prints that the stream brought: a row takes the tracking_id of the one with the same five facts.
-- Of twins that REST tells apart one takes the row; the others are inserted behind this.
update trading.darkpool_trades as kept
set tracking_id = shown.tracking_id
from (
    select distinct on (executed_at, price, size, volume) executed_at, price, size, volume, tracking_id
    from jsonb_to_recordset(%(rows)s::jsonb)
         as r (executed_at timestamptz, price numeric, size numeric, volume numeric, tracking_id bigint)
    order by executed_at, price, size, volume, tracking_id
) as shown
where kept.tracking_id < 0 and kept.symbol = %(symbol)s and kept.executed_at = shown.executed_at
  and kept.executed_at between %(first)s and %(last)s
  and kept.price = shown.price and kept.size = shown.size and kept.volume = shown.volume
