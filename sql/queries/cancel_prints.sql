-- The stream says that these were taken back.
update trading.darkpool_trades set canceled = true, restated_at = %(seen_at)s where id = any (%(ids)s) and not canceled
