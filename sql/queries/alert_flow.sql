-- Flow alerts larger than is usual at this time of day. What is older than the window came late, and is no news.
with usual as (
    select distinct on (bucket) bucket, sessions, samples, through,
           case %(quantile)s::text when 'p50' then p50 when 'p95' then p95 when 'p99' then p99 else p999 end as value
    from derived.baselines
    where metric = 'flow_' || %(measure)s::text and symbol = %(symbol)s::text and through < %(session_date)s::date
    order by bucket, through desc
), found as (
    select record_id, executed_at, strike, expiry, premium, contract_size, detail,
           case %(measure)s::text when 'size' then contract_size else premium end as value,
           floor(extract(epoch from (executed_at at time zone 'America/New_York')::time) / 1800)::smallint as bucket
    from trading.options_flow
    where flow_type = 'alert' and symbol = %(symbol)s::text and session_date = %(session_date)s::date
      and executed_at > %(now)s::timestamptz - %(window)s::interval and executed_at <= %(now)s::timestamptz
      and executed_at >= %(opens_at)s::timestamptz
      and (not %(sweep)s::boolean or detail ->> 'has_sweep' = 'true')
      and (not %(opening)s::boolean or detail ->> 'all_opening_trades' = 'true')
)
select f.record_id as event, f.executed_at as at, f.value, u.value as usual,
       (select to_jsonb(facts) from (select
           concat_ws(' ', f.expiry, f.strike, f.detail ->> 'type', f.contract_size || ' contracts') as what,
           f.premium as premium,
           %(measure)s::text as measure,
           %(quantile)s::text as quantile,
           u.sessions as sessions,
           u.samples as samples,
           u.through as through,
           'select * from trading.options_flow where flow_type = ''alert'' and symbol = ' || quote_literal(%(symbol)s::text)
                  || ' and record_id = ' || quote_literal(f.record_id) as sql) as facts) as facts
from found f join usual u using (bucket)
where u.sessions >= %(sessions)s::integer
  and f.value >= greatest(%(times)s::numeric * u.value, %(least)s::numeric)
order by f.executed_at, f.record_id
