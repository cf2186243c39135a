with noted as (
    insert into ops.ledger as l (run_id, feed, symbol, session_date, requests, served, stored, updated, quarantined, missing)
    values (%(run_id)s, %(feed)s, %(symbol)s, %(session_date)s, %(requests)s, %(served)s, %(stored)s,
            %(updated)s, %(quarantined)s, %(missing)s)
    on conflict (run_id, feed, symbol, session_date) do update
        set requests = l.requests + excluded.requests, served = l.served + excluded.served,
            stored = l.stored + excluded.stored, updated = l.updated + excluded.updated,
            quarantined = l.quarantined + excluded.quarantined, missing = l.missing + excluded.missing, noted_at = now()
), page as (
    select case when %(covered_from)s::timestamptz is null then '{}'::tstzmultirange
                else tstzmultirange(tstzrange(%(covered_from)s, %(covered_to)s)) end as covered
)
insert into ops.coverage as c (feed, symbol, session_date, covered, settled, confirmed, collected_at, stored)
select %(feed)s, %(symbol)s, %(session_date)s, covered,
       case when %(settled)s then covered else '{}'::tstzmultirange end,
       case when %(confirmed)s then covered else '{}'::tstzmultirange end, %(collected_at)s, %(stored)s
from page
on conflict (feed, symbol, session_date) do update
    set covered = c.covered + excluded.covered,
        -- Rows of a page that waited, unknown to a sweep after it, may have vanished before that: its time is swept again.
        settled = c.settled + excluded.settled
            - case when %(stored)s > 0 and excluded.collected_at < c.collected_at then excluded.covered else '{}' end,
        confirmed = c.confirmed + excluded.confirmed
            - case when %(stored)s > 0 and excluded.collected_at < c.collected_at then excluded.covered else '{}' end,
        collected_at = greatest(c.collected_at, excluded.collected_at),
        stored = c.stored + excluded.stored
