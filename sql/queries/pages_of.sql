-- Pages of a session so far, for an estimate: sessions before today, as the busiest sweep of each was.
select coalesce(avg(requests), 1) from (
    select max(requests) as requests from ops.ledger
    where feed = %(feed)s and symbol = %(symbol)s and outcome = 'done' group by session_date
) sessions
