select distinct session_date
from ops.ledger
where feed = %(feed)s and symbol = %(symbol)s and session_date >= %(since)s and outcome = 'not_offered'
order by session_date
