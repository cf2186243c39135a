update ops.deliveries set delivered_at = %(at)s
where channel = %(channel)s and outbox_id = any (%(ids)s::bigint[]) and delivered_at is null
