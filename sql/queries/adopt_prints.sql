-- REST names prints that the stream brought.
update trading.darkpool_trades as kept set tracking_id = named.tracking_id
from unnest(%(ids)s::bigint[], %(tracking_ids)s::bigint[]) as named (id, tracking_id)
where kept.id = named.id
