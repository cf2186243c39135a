select channel, count(*), max(error), min(o.created_at)
from ops.deliveries d join ops.outbox o on o.id = d.outbox_id
where d.delivered_at is null and d.attempts >= %(attempts)s
group by channel
