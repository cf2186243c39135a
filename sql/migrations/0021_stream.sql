-- Prints from the live stream: kept under a negative tracking_id until REST names them.
-- Why and how the two roads meet: docs/decisions/0008-stream-and-rest-are-one-row.md

create index darkpool_trades_provisional on trading.darkpool_trades (symbol, executed_at) where tracking_id < 0;
comment on index trading.darkpool_trades_provisional is 'Finds the prints that REST has not named yet; empty when nothing is streamed.';
comment on column trading.darkpool_trades.tracking_id is 'The vendor''s; NOT unique: it repeats on other days, prints of one millisecond share it, and 0 occurs. Negative: from the live stream, not named by REST yet (under the floor on premium it never is).';

create function ops.refuse_renaming() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
begin
    if old.tracking_id < 0 and new.tracking_id >= 0 then
        return new;
    end if;
    raise exception 'tracking_id % of a print is kept', old.tracking_id
        using errcode = 'insufficient_privilege',
              hint = 'Only a print from the live stream takes a tracking_id, once, from REST.';
end
$$;
comment on function ops.refuse_renaming() is 'Lets a print take the vendor''s tracking_id for its own negative one, and refuses every other change of it.';

create trigger refuse_renaming before update of tracking_id on trading.darkpool_trades
    for each row when (old.tracking_id is distinct from new.tracking_id) execute function ops.refuse_renaming();

alter table trading.options_flow drop constraint if exists options_flow_flow_type_check;
alter table trading.options_flow add constraint options_flow_flow_type_check check (flow_type ~ '^[a-z][a-z_]*$');
insert into ops.flow_types (flow_type, feed, meaning)
values ('alert', 'flow_alerts', 'One flow alert: trades of one contract that matched a rule of the vendor.')
on conflict do nothing;
