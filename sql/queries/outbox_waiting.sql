select o.id, o.series, o.kind, o.severity, o.title, o.body, o.created_at, d.attempts,
       coalesce(octet_length(p.content), 0) as page_bytes
from ops.deliveries d join ops.outbox o on o.id = d.outbox_id left join ops.outbox_pages p on p.outbox_id = o.id
where d.channel = %(channel)s and d.delivered_at is null and d.next_at <= %(now)s
order by o.id
limit 200
