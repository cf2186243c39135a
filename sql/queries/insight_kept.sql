-- What of these days was computed and is stored, and which reports were handed over.
select 'signal' as kind, rule as name, version, symbol, session_date
from derived.signals
where session_date between %(first_date)s::date and %(last_date)s::date
union all
select 'correlation', pair, version, symbol, session_date
from derived.correlations
where session_date between %(first_date)s::date and %(last_date)s::date
union all
select 'report', 'report', 1, substr(series, length('report/') + 1), right(key, length('2026-11-20'))::date
from ops.outbox
where kind = 'report' and created_at >= %(first_date)s::date
