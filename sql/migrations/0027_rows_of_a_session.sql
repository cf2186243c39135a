-- How many rows a session brought, beside what is covered of it: counting the tables, or all of the ledger, would read for seconds
-- what a login and the status page want at once.

alter table ops.coverage add column stored bigint not null default 0;
comment on column ops.coverage.stored is 'Rows of the session that were new, of all passes; the sum of the ledger.';

update ops.coverage c set stored = l.stored
from (select feed, symbol, session_date, sum(stored) as stored from ops.ledger group by feed, symbol, session_date) l
where (l.feed, l.symbol, l.session_date) = (c.feed, c.symbol, c.session_date);
