-- A price that closed a minute on the other side of a level: once a level, direction and day, whatever is restated.
-- Only minutes that were over when they were fetched count.
with yesterday as (
    select session_date, opens_at, closes_at from ops.market_sessions
    where session_date < %(session_date)s::date order by session_date desc limit 1
), dark as (
    select round(p.price, 2) as price, 'dark-pool level of ' || y.session_date || ', ' || sum(p.size)::bigint || ' shares' as what
    from trading.market_prints p join yesterday y on p.executed_at >= y.opens_at and p.executed_at < y.closes_at
    where p.symbol = %(symbol)s::text
      and p.executed_at >= (select opens_at from yesterday) and p.executed_at < (select closes_at from yesterday)
    group by round(p.price, 2), y.session_date
    order by sum(p.size) desc limit %(most)s::integer
), pain as (
    select max_pain as price, 'max pain of ' || expiry as what
    from trading.max_pain
    where symbol = %(symbol)s::text and expiry >= %(session_date)s::date and session_date <= %(session_date)s::date
      and session_date > %(session_date)s::date - 7
    order by expiry, session_date desc limit 1
), levels as (
    select price, what from dark where %(levels)s::text = 'darkpool'
    union all select price, what from pain where %(levels)s::text = 'max_pain'
    union all select price, 'your level' from unnest(%(prices)s::numeric[]) as price where %(levels)s::text = 'yours'
), minutes as (
    select starts_at + interval '1 minute' as ended_at, close, lag(close) over (order by starts_at) as before
    from trading.bars
    where symbol = %(symbol)s::text and candle = '1m' and starts_at >= %(opens_at)s::timestamptz
      and starts_at > %(now)s::timestamptz - %(window)s::interval - interval '2 minutes' and starts_at <= %(now)s::timestamptz
      and starts_at + interval '1 minute' <= least(%(now)s::timestamptz, collected_at)
), crossed as (
    select distinct on (l.price, direction) l.price, l.what, m.ended_at, m.close, m.before, direction
    from minutes m
    join levels l on (m.before < l.price and m.close >= l.price) or (m.before > l.price and m.close <= l.price)
    cross join lateral (select case when m.close > m.before then 'up' else 'down' end as direction) d
    order by l.price, direction, m.ended_at
)
select concat_ws('/', price, direction, %(session_date)s::date) as event, ended_at as at, close as value, price as usual,
       (select to_jsonb(facts) from (select
           what as what,
           direction as direction,
           before as before,
           'select starts_at, close from trading.bars where symbol = ' || quote_literal(%(symbol)s::text)
                  || ' and starts_at between ' || quote_literal(ended_at - interval '2 minutes') || ' and ' || quote_literal(ended_at) as sql) as facts) as facts
from crossed
order by ended_at, price
