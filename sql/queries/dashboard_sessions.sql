-- The last sessions up to a day, newest first, and before them the one that follows it.
(select session_date, opens_at, closes_at, options_close_at
 from ops.market_sessions where session_date > %(session_date)s::date order by session_date limit 1)
union all
(select session_date, opens_at, closes_at, options_close_at
 from ops.market_sessions where session_date <= %(session_date)s::date order by session_date desc limit %(most)s)
order by session_date desc
