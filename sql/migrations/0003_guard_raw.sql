-- What was collected cannot be collected again: removing it needs the owner and a word said on purpose.

create function ops.refuse_removal() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
begin
    if coalesce(current_setting('darkpool.allow_removal', true), '') = 'reviewed'
       and pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'member') then
        return case when tg_op = 'DELETE' then old end;
    end if;
    raise exception '% on %.% is refused: collected data is kept', tg_op, tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege',
              hint = 'The owner may do it in a transaction after: set local darkpool.allow_removal = ''reviewed''.';
end
$$;
comment on function ops.refuse_removal() is 'Refuses DELETE and TRUNCATE on what was collected, except to the owner after set local darkpool.allow_removal = ''reviewed''.';

do $$
declare
    guarded regclass;
begin
    foreach guarded in array array['trading.darkpool_trades', 'trading.options_flow', 'trading.market_metrics',
                                   'ops.quarantine', 'ops.ledger', 'ops.coverage', 'ops.runs']::regclass[]
    loop
        execute format('create trigger refuse_delete before delete on %s for each row execute function ops.refuse_removal()', guarded);
        execute format('create trigger refuse_truncate before truncate on %s for each statement execute function ops.refuse_removal()', guarded);
    end loop;
end
$$;
