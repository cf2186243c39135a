-- What of these runs did not end well, feed by feed.
select run_id, feed, symbol, outcome, message from ops.ledger
where run_id = any (%(runs)s) and outcome not in ('done', 'running', 'not_offered')
order by run_id desc, feed, symbol
