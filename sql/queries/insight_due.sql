-- The trading days among these of which anything of a symbol was begun.
select symbol, session_date
from ops.coverage join ops.market_sessions using (session_date)
where feed = any(%(feeds)s::text[]) and session_date between %(first_date)s::date and %(last_date)s::date
group by symbol, session_date
order by session_date, symbol
