select session_date, opens_at, closes_at, options_close_at from ops.market_sessions order by session_date
