-- The market tide (calls less puts, running) on the other side: from at least so much to at least so much, so noise near
-- nothing is no turn. A turn is known by its number in the day, as a restated minute may move it.
with tide as (
    select timestamp, sum(case metric_type when 'market_tide_net_call_premium' then value else -value end) as net
    from trading.market_metrics
    where symbol = %(symbol)s::text
      and metric_type in ('market_tide_net_call_premium', 'market_tide_net_put_premium')
      and timestamp >= %(opens_at)s::timestamptz and timestamp <= %(now)s::timestamptz
    group by timestamp
    having count(*) = 2
), clear as (
    select timestamp, net, lag(net) over (order by timestamp) as before, lag(timestamp) over (order by timestamp) as before_at
    from tide where abs(net) >= %(least)s::numeric and net <> 0
), turns as (
    select *, row_number() over (order by timestamp) as number from clear where sign(net) <> sign(before)
)
select concat_ws('/', %(session_date)s::date, number) as event, timestamp as at, net as value, before as usual,
       (select to_jsonb(facts) from (select
           case when net > 0 then 'calls' else 'puts' end as direction,
           before_at as before_at,
           'select timestamp, metric_type, value from trading.market_metrics where symbol = ''MARKET'' and timestamp between '
                  || quote_literal(before_at) || ' and ' || quote_literal(timestamp) as sql) as facts) as facts
from turns
where timestamp > %(now)s::timestamptz - %(window)s::interval
order by timestamp
