select (max(executed_at) at time zone 'America/New_York')::date from trading.darkpool_trades where symbol = %(symbol)s
