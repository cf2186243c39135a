-- How far each feed of some symbols (MARKET is the whole market) came in a session; outcome is what the last pass noted.
with noted as (
    select distinct on (feed, symbol) feed, symbol, outcome
    from ops.ledger
    where symbol = any(%(symbols)s::text[]) and session_date = %(session_date)s::date
    order by feed, symbol, noted_at desc
), begun as (
    select feed, symbol, covered, collected_at
    from ops.coverage
    where symbol = any(%(symbols)s::text[]) and session_date = %(session_date)s::date
)
select feed, symbol, b.collected_at, n.outcome,
       array(select lower(r) from unnest(b.covered) r order by 1) as starts,
       array(select upper(r) from unnest(b.covered) r order by 1) as ends
from begun b full join noted n using (feed, symbol)
order by feed, symbol
