select feed, symbol, count(*) from ops.quarantine where replayed_at is null group by feed, symbol
