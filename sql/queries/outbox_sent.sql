select count(distinct (delivered_at, o.severity))
from ops.deliveries d join ops.outbox o on o.id = d.outbox_id
where d.channel = %(channel)s and d.delivered_at > %(since)s
