select o.id, o.series, o.kind, o.severity, o.title, o.body, o.created_at, d.attempts
from ops.deliveries d join ops.outbox o on o.id = d.outbox_id
where d.channel = %(channel)s and d.delivered_at is null and d.next_at <= %(now)s
order by o.id
limit 200
