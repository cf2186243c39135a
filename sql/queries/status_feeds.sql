-- Rows come from what each page noted beside its coverage: counting the tables, or the ledger, would read them whole.
select feed, symbol, max(collected_at) as collected_at, sum(stored) as rows
from ops.coverage
group by feed, symbol
order by feed, symbol
