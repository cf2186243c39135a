select outbox_id, name, content from ops.outbox_pages where outbox_id = any (%(ids)s::bigint[]) order by outbox_id
