select lower(r) as covered_from, upper(r) as covered_to
from ops.coverage, unnest(covered) r
where feed = 'darkpool_trades' and symbol = %(symbol)s and session_date = %(session_date)s::date
order by 1
