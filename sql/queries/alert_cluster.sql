-- A price at which the dark money of this half hour gathers, against how much does so at this time of other days.
with usual as (
    select sessions, through,
           case %(quantile)s::text when 'p50' then p50 when 'p95' then p95 when 'p99' then p99 else p999 end as value
    from derived.baselines
    where metric = 'level_premium' and symbol = %(symbol)s::text and through < %(session_date)s::date
      and bucket = floor(extract(epoch from (%(now)s::timestamptz at time zone 'America/New_York')::time) / 1800)::smallint
    order by through desc limit 1
), found as (
    select round(price, 2) as price, count(*) as prints, sum(coalesce(premium, price * size)) as premium,
           min(executed_at) as first_at, max(executed_at) as last_at
    from trading.market_prints
    where symbol = %(symbol)s::text and executed_at <= %(now)s::timestamptz and executed_at >= %(opens_at)s::timestamptz
      and executed_at > %(now)s::timestamptz - interval '30 minutes'
      and floor(extract(epoch from (executed_at at time zone 'America/New_York')::time) / 1800)::smallint = floor(extract(epoch from (%(now)s::timestamptz at time zone 'America/New_York')::time) / 1800)::smallint
      and (trf_executed_at is null or executed_at - trf_executed_at <= interval '1 minute')
    group by round(price, 2)
)
select concat_ws('/', f.price, %(session_date)s::date, floor(extract(epoch from (%(now)s::timestamptz at time zone 'America/New_York')::time) / 1800)::smallint) as event, f.last_at as at,
       f.premium as value, u.value as usual,
       (select to_jsonb(facts) from (select
           f.price::text as price,
           f.prints as prints,
           f.first_at as first_at,
           %(quantile)s::text as quantile,
           u.sessions as sessions,
           u.through as through,
           'select * from trading.market_prints where symbol = ' || quote_literal(%(symbol)s::text)
                  || ' and round(price, 2) = ' || f.price || ' and executed_at between ' || quote_literal(f.first_at)
                  || ' and ' || quote_literal(f.last_at) as sql) as facts) as facts
from found f cross join usual u
where u.sessions >= %(sessions)s::integer and f.prints >= %(prints)s::integer
  and f.premium >= greatest(%(times)s::numeric * u.value, %(least)s::numeric)
order by f.premium desc
