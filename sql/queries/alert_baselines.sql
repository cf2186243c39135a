-- What was usual by half hour in the last sessions, through one of them. Computed again, it is the same.
with days as (
    select session_date, opens_at, options_close_at from ops.market_sessions
    where session_date <= %(through)s::date order by session_date desc limit %(sessions)s::integer
), flow as (
    select d.session_date, floor(extract(epoch from (f.executed_at at time zone 'America/New_York')::time) / 1800)::smallint as bucket, f.premium, f.contract_size
    from days d join trading.options_flow f on f.executed_at >= d.opens_at and f.executed_at < d.options_close_at
    where f.symbol = %(symbol)s::text and f.flow_type = 'alert'
      and f.session_date >= (select min(session_date) from days) and f.session_date <= %(through)s::date
      and f.executed_at >= (select min(opens_at) from days) and f.executed_at < (select max(options_close_at) from days)
), prints as (
    select d.session_date, floor(extract(epoch from (p.executed_at at time zone 'America/New_York')::time) / 1800)::smallint as bucket, round(p.price, 2) as level,
           coalesce(p.premium, p.price * p.size) as premium, p.volume
    from days d join trading.market_prints p on p.executed_at >= d.opens_at and p.executed_at < d.options_close_at
    where p.symbol = %(symbol)s::text
      and p.executed_at >= (select min(opens_at) from days) and p.executed_at < (select max(options_close_at) from days)
), samples as (
    select 'flow_premium' as metric, session_date, bucket, premium as value from flow
    union all select 'flow_size', session_date, bucket, contract_size from flow
    union all select 'level_premium', session_date, bucket, sum(premium) from prints group by session_date, bucket, level
    union all select 'day_volume', session_date, 0::smallint, max(volume) from prints group by session_date
)
insert into derived.baselines as b (metric, symbol, bucket, through, sessions, samples, p50, p95, p99, p999)
select metric, %(symbol)s::text, bucket, %(through)s::date, count(distinct session_date), count(value),
       percentile_cont(0.5) within group (order by value), percentile_cont(0.95) within group (order by value),
       percentile_cont(0.99) within group (order by value), percentile_cont(0.999) within group (order by value)
from samples where value is not null
group by metric, bucket
on conflict (metric, symbol, bucket, through) do update
    set sessions = excluded.sessions, samples = excluded.samples, p50 = excluded.p50, p95 = excluded.p95,
        p99 = excluded.p99, p999 = excluded.p999
