-- Prints that are a large part of a usual day's volume. Not those away from the market's price, and not those reported late.
with usual as (
    select p50 as value, sessions, through
    from derived.baselines
    where metric = 'day_volume' and symbol = %(symbol)s::text and through < %(session_date)s::date
    order by through desc limit 1
)
select p.id::text as event, p.executed_at as at, p.size as value, u.value as usual,
       (select to_jsonb(facts) from (select
           p.price as price,
           coalesce(p.premium, p.price * p.size) as premium,
           round(100 * p.size / u.value, 2) as percent,
           p.nbbo_bid as bid,
           p.nbbo_ask as ask,
           u.sessions as sessions,
           u.through as through,
           'select * from trading.darkpool_trades where id = ' || p.id as sql) as facts) as facts
from trading.market_prints p cross join usual u
where p.symbol = %(symbol)s::text
  and p.executed_at > %(now)s::timestamptz - %(window)s::interval and p.executed_at <= %(now)s::timestamptz
  and p.executed_at >= %(opens_at)s::timestamptz
  and (p.trf_executed_at is null or p.executed_at - p.trf_executed_at <= interval '1 minute')
  and u.sessions >= %(sessions)s::integer and u.value > 0
  and 100 * p.size >= %(percent)s::numeric * u.value
  and coalesce(p.premium, p.price * p.size) >= %(least)s::numeric
order by p.executed_at, p.id
