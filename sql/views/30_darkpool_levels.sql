-- Where the dark money traded: one line a symbol, day and price to the cent.

drop view if exists trading.darkpool_levels cascade;

create view trading.darkpool_levels as
select symbol, session_date, round(price, 2) as price,
       count(*) as prints, sum(size) as shares, sum(premium) as premium
from trading.market_prints
group by symbol, session_date, round(price, 2);

comment on view trading.darkpool_levels is
    'Dark-pool shares and premium (US dollars) at each price, of prints at market prices only.';
