-- How far one feed of a symbol came in each of some sessions.
select c.session_date, c.collected_at,
       (select outcome from ops.ledger l
        where l.feed = c.feed and l.symbol = c.symbol and l.session_date = c.session_date
        order by noted_at desc limit 1) as outcome
from ops.coverage c
where c.feed = %(feed)s and c.symbol = %(symbol)s
  and c.session_date between %(first_date)s::date and %(last_date)s::date
order by c.session_date
