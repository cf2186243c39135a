-- Sector tide. The symbol is the sector's name, as in 'Real Estate'.

insert into ops.metric_types (metric_type, feed, unit, meaning)
select 'sector_tide_' || key, 'sector_tide', unit,
       what || ', ask side less bid side, of the companies of the sector that symbol names; one value a minute. '
       || 'Taken for a running total of the day like the market tide, which the vendor calls similar but does not say: look at a day before summing or subtracting.'
from (values ('net_call_premium', 'US dollars', 'Calls'),
             ('net_put_premium', 'US dollars', 'Puts'),
             ('net_volume', 'contracts', 'Calls less puts')) as tide (key, unit, what);

comment on column trading.market_metrics.symbol is 'Ticker, MARKET for the whole market, or a sector''s name.';
