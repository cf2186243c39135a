select o.id, o.series, o.kind, o.severity, o.title, o.body, o.created_at,
       (select count(*) from ops.deliveries d where d.outbox_id = o.id and d.delivered_at is not null) as delivered,
       (select count(*) from ops.deliveries d where d.outbox_id = o.id and d.delivered_at is null) as waiting
from ops.outbox o
where o.created_at >= %(since)s
order by o.id
