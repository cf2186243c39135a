update ops.deliveries set attempts = attempts + 1, next_at = %(next_at)s, error = %(error)s
where channel = %(channel)s and outbox_id = any (%(ids)s::bigint[]) and delivered_at is null
