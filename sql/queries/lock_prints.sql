-- The stream and REST take turns on the symbols' prints, so that neither adds what the other just added.
-- A statement of its own: the next one must see what was committed while this one waited.
select pg_advisory_xact_lock(hashtext('trading.darkpool_trades'), hashtext(symbol))
from unnest(%(symbols)s::text[]) symbol
