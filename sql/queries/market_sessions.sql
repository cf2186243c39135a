select session_date, opens_at, closes_at, options_close_at
from ops.market_sessions where session_date >= coalesce(%(since)s, '-infinity'::date) order by session_date
