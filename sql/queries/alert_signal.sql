-- Stored signals that are on another side than when they were known last: once a signal and session. Only the newest session counts,
-- and only as this one or the one before. An older night that is made good later is no news, and changes no comparison.
with days as (
    select session_date from ops.market_sessions
    where session_date < %(session_date)s::date order by session_date desc limit %(sessions)s::integer + 1
), stored as (
    select rule, version, session_date, as_of, value, side, computed_at
    from derived.signals
    where symbol = %(symbol)s::text and session_date <= %(session_date)s::date and as_of <= %(now)s::timestamptz
      and (cardinality(%(signals)s::text[]) = 0 or rule = any (%(signals)s::text[]))
), newest as (
    select distinct on (rule) * from stored
    where session_date >= (select max(session_date) from days)
    order by rule, session_date desc, version desc
), earlier as (
    select s.* from newest n join stored s using (rule, version)
    where s.session_date < n.session_date and s.computed_at <= n.computed_at and s.value is not null
), before as (
    select distinct on (rule) * from earlier
    where session_date >= (select min(session_date) from days)
    order by rule, session_date desc
), turned as (
    select n.*, b.value as before, b.side as before_side, b.session_date as before_on, held.*
    from newest n
    join before b using (rule)
    cross join lateral (
        select min(e.session_date) as since, count(*) as sessions
        from earlier e
        where e.rule = b.rule and e.session_date > coalesce(
            (select max(o.session_date) from earlier o where o.rule = b.rule and o.value <> b.value), '-infinity')
    ) held
    where n.value <> 0 and n.value <> b.value
)
select concat_ws('/', rule, session_date) as event, as_of as at, value::numeric, before::numeric as usual,
       (select to_jsonb(facts) from (select
           rule as signal,
           version as version,
           session_date as session_date,
           side as side,
           before_side as before_side,
           since as since,
           sessions as sessions,
           (select string_agg(concat_ws(' ', o.rule, o.side), ', ' order by o.rule) from turned o where o.rule <> t.rule) as also,
           'select session_date, value, side, as_of from derived.signals where symbol = ' || quote_literal(%(symbol)s::text)
                  || ' and rule = ' || quote_literal(rule) || ' and version = ' || version || ' and session_date between '
                  || quote_literal(before_on) || ' and ' || quote_literal(session_date) || ' order by session_date' as sql) as facts) as facts
from turned t
order by rule
