-- What is collected: what was ever begun by a feed that is asked for each symbol.
select distinct symbol from ops.coverage where feed = any(%(feeds)s::text[]) order by symbol
