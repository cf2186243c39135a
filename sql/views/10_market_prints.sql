-- Prints whose price is a market price: what levels, VWAP and averages may use.

drop view if exists trading.market_prints cascade;

create view trading.market_prints as
select *, (executed_at at time zone 'America/New_York')::date as session_date
from trading.darkpool_trades
where not canceled
  and missing_since is null
  and coalesce(sale_cond_codes, '') not in ('average_price_trade', 'prior_reference_price', 'prio_reference_price', 'contingent_trade')
  and coalesce(trade_code, '') not in ('derivative_priced', 'qualified_contingent_trade');

comment on view trading.market_prints is
    'Dark-pool prints without the cancelled, those that the vendor no longer shows, and those whose conditions carry a price away from the market.';
