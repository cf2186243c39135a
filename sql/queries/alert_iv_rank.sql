-- The day's IV rank against that of the session before: once a day and direction, however often it is refreshed.
with ranks as (
    select timestamp, value, collected_at, lag(value) over (order by timestamp) as before,
           lag(timestamp) over (order by timestamp) as before_at
    from trading.market_metrics
    where symbol = %(symbol)s::text and metric_type = 'iv_rank'
      and timestamp > %(now)s::timestamptz - interval '10 days' and timestamp <= %(now)s::timestamptz
)
select concat_ws('/', %(session_date)s::date, case when value > before then 'up' else 'down' end) as event,
       least(collected_at, %(now)s::timestamptz) as at, value, before as usual,
       (select to_jsonb(facts) from (select
           value - before as points,
           (before_at at time zone 'America/New_York')::date as before_on,
           'select timestamp, value from trading.market_metrics where symbol = ' || quote_literal(%(symbol)s::text)
                  || ' and metric_type = ''iv_rank'' order by timestamp desc limit 2' as sql) as facts) as facts
from ranks
where (timestamp at time zone 'America/New_York')::date = %(session_date)s::date
  and abs(value - before) >= %(points)s::numeric
