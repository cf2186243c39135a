-- Stored correlations that stand out (evidence, and the interval holds no 0) on the other side than the last of the sessions before
-- that did, or as the first of so many. Which session counts, and what is compared, is as in alert_signal.
with day as (
    select max(session_date) as before from ops.market_sessions where session_date < %(session_date)s::date
), stored as (
    select pair, version, session_date, as_of, minutes, value, low, high, computed_at,
           case when evidence and low > 0 then 1 when evidence and high < 0 then -1 else 0 end as stands
    from derived.correlations
    where symbol = %(symbol)s::text and session_date <= %(session_date)s::date and as_of <= %(now)s::timestamptz
), newest as (
    select distinct on (pair) * from stored
    where session_date >= (select before from day)
    order by pair, session_date desc, version desc
), earlier as (
    select s.*, row_number() over (partition by pair order by s.session_date desc) as back
    from newest n join stored s using (pair, version)
    where s.session_date < n.session_date and s.computed_at <= n.computed_at and s.value is not null
), past as (
    select pair, count(*) as sessions, avg(value) as average, min(session_date) as since
    from earlier where back <= %(sessions)s::integer group by pair
), before as (
    select distinct on (pair) * from earlier
    where back <= %(sessions)s::integer and stands <> 0
    order by pair, session_date desc
), turned as (
    select n.*, coalesce(b.value, p.average) as usual, b.session_date as before_on, b.low as before_low, b.high as before_high,
           p.sessions, p.since
    from newest n join past p using (pair) left join before b using (pair)
    where n.stands <> 0
      and (b.stands = -n.stands or (b.stands is null and p.sessions = %(sessions)s::integer))
)
select concat_ws('/', pair, session_date) as event, as_of as at, round(value::numeric, 4) as value, round(usual::numeric, 4) as usual,
       (select to_jsonb(facts) from (select
           pair as pair,
           version as version,
           session_date as session_date,
           low as low,
           high as high,
           minutes as minutes,
           before_on as before_on,
           before_low as before_low,
           before_high as before_high,
           since as since,
           sessions as sessions,
           (select string_agg(concat_ws(' ', o.pair, round(o.value::numeric, 2)), ', ' order by o.pair)
            from turned o where o.pair <> t.pair) as also,
           'select session_date, value, low, high, evidence, as_of from derived.correlations where symbol = '
                  || quote_literal(%(symbol)s::text) || ' and pair = ' || quote_literal(pair) || ' and version = ' || version
                  || ' and session_date between ' || quote_literal(coalesce(before_on, since)) || ' and '
                  || quote_literal(session_date) || ' order by session_date' as sql) as facts) as facts
from turned t
order by pair
