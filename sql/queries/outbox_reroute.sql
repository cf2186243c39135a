-- What waits for a channel that is gone, as its secret was changed, is chosen channels for anew.
with gone as (
    delete from ops.deliveries where delivered_at is null and not channel = any (%(channels)s::text[]) returning outbox_id
)
update ops.outbox set routed_at = null where id in (select outbox_id from gone)
