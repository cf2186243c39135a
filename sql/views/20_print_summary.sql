-- One line a symbol and day. It counts what was served, usually prints from $100,000:
-- the sum of sizes is not the day's dark volume.

drop view if exists trading.print_summary cascade;

create view trading.print_summary as
select symbol,
       (executed_at at time zone 'America/New_York')::date as session_date,
       count(*)                                as prints,
       count(*) filter (where canceled)        as canceled,
       count(missing_since)                    as missing,
       sum(size) filter (where kept)           as shares,
       sum(premium) filter (where kept)        as premium,
       max(premium) filter (where kept)        as largest_premium,
       min(executed_at)                        as first_print,
       max(executed_at)                        as last_print
from trading.darkpool_trades
cross join lateral (select not canceled and missing_since is null as kept) k
group by 1, 2;

comment on view trading.print_summary is
    'Dark-pool prints by symbol and New York day. Shares and premium (US dollars) leave out the cancelled and those that the vendor no longer shows; prints below the vendor''s floor are not in it.';
