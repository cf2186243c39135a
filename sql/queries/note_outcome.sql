insert into ops.ledger (run_id, feed, symbol, session_date, outcome, message)
values (%(run_id)s, %(feed)s, %(symbol)s, %(session_date)s, %(outcome)s, %(message)s)
on conflict (run_id, feed, symbol, session_date) do update
    set outcome = excluded.outcome, message = excluded.message, noted_at = now()
