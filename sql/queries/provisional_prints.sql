-- Whether the stream left prints among these that REST has not named yet.
select exists (
    select from trading.darkpool_trades
    where tracking_id < 0 and symbol = %(symbol)s and executed_at between %(first)s and %(last)s)
