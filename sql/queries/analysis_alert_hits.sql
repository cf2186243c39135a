-- What the market rules found in a session, in the symbol or in the whole market.
select rule, symbol, event, at, value, usual, facts
from ops.alert_hits
where symbol in (%(symbol)s::text, 'MARKET')
  and at >= %(session_date)s::date::timestamp at time zone 'America/New_York'
  and at < (%(session_date)s::date + 1)::timestamp at time zone 'America/New_York'
order by at, rule, event
