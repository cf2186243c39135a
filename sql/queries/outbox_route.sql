-- A message without any channel for it is routed too: it is in the list, and goes nowhere.
with routed as (
    update ops.outbox set routed_at = %(now)s where routed_at is null returning id, severity
)
insert into ops.deliveries (outbox_id, channel, next_at)
select id, channel, %(now)s
from routed join unnest(%(channels)s::text[], %(severities)s::text[]) as to_them (channel, severity) using (severity)
on conflict do nothing
