select feed, symbol, count(*) from ops.quarantine group by feed, symbol
