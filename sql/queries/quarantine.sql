-- Rows in quarantine, the newest first; a null in a filter lets everything through.
select id, run_id, feed, symbol, coalesce(session_date, (fetched_at at time zone 'America/New_York')::date) as session_date,
       fetched_at, reason, raw, replayed_at, replayed_by, still_wrong
from ops.quarantine
where (%(everything)s or replayed_at is null)
  and (%(ids)s::bigint[] is null or id = any (%(ids)s))
  and (%(feed)s::text is null or feed = %(feed)s)
  and (%(symbol)s::text is null or symbol = %(symbol)s)
  and (%(reason)s::text is null or strpos(lower(reason), lower(%(reason)s)) > 0)
order by id desc
