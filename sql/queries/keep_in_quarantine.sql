insert into ops.quarantine (run_id, feed, symbol, session_date, fetched_at, reason, raw, raw_sha256)
values (%(run_id)s, %(feed)s, %(symbol)s, %(session_date)s, %(fetched_at)s, %(reason)s, %(raw)s, %(raw_sha256)s)
on conflict do nothing
