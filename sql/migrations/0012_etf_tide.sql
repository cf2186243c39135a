-- ETF tide, and what becomes of a symbol that is no ETF.

insert into ops.metric_types (metric_type, feed, unit, meaning)
select 'etf_tide_' || key, 'etf_tide', unit,
       what || ', ask side less bid side, of the companies that the ETF holds, not of the ETF''s own options; one value a minute. '
       || 'Taken for a running total of the day like the market tide, which the vendor calls similar but does not say: look at a day before summing or subtracting.'
from (values ('net_call_premium', 'US dollars', 'Calls'),
             ('net_put_premium', 'US dollars', 'Puts'),
             ('net_volume', 'contracts', 'Calls less puts')) as tide (key, unit, what);

create index ledger_not_offered on ops.ledger (feed, symbol, session_date) where outcome = 'not_offered';
