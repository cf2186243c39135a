-- Rows come from the ledger: counting the tables would read them whole.
select c.feed, c.symbol, max(c.collected_at) as collected_at,
       coalesce((select sum(l.stored) from ops.ledger l where l.feed = c.feed and l.symbol = c.symbol), 0) as rows
from ops.coverage c
group by c.feed, c.symbol
order by c.feed, c.symbol
