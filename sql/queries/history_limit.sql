-- The limit only moves forward: what was told once stays out of reach.
select earliest from ops.history_limits where feed = %(feed)s
