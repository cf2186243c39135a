-- What is collected at all, apart from the market as a whole: what was ever begun.
select distinct symbol from ops.coverage where feed = 'darkpool_trades' and symbol <> 'MARKET' order by symbol
