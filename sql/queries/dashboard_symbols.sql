-- What is collected, and from which session to which.
select symbol, min(session_date) as oldest, max(session_date) as newest
from ops.coverage where feed = any(%(feeds)s::text[])
group by symbol order by symbol
