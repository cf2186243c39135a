-- What was collected is guarded against removal, a table that came with a later feed too.

do $$
declare
    guarded regclass;
begin
    for guarded in
        select oid::regclass from pg_class where relnamespace = 'trading'::regnamespace and relkind in ('r', 'p')
    loop
        execute format('create or replace trigger refuse_delete before delete on %s '
                       'for each row execute function ops.refuse_removal()', guarded);
        execute format('create or replace trigger refuse_truncate before truncate on %s '
                       'for each statement execute function ops.refuse_removal()', guarded);
    end loop;
end
$$;
