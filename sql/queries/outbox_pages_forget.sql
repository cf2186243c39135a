-- What nobody waits for any more: all channels have it, or it is older than messages are kept for.
delete from ops.outbox_pages p
using ops.outbox o
where o.id = p.outbox_id
  and (o.created_at < %(before)s
       or (o.routed_at is not null
           and not exists (select from ops.deliveries d where d.outbox_id = o.id and d.delivered_at is null)))
