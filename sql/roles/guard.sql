-- What was collected is guarded against removal, a table that came with a later feed too.
-- A partition has its table's row triggers; TRUNCATE asks the triggers of the partition that it names.

do $$
declare
    guarded record;
begin
    for guarded in
        select oid::regclass as name, relispartition from pg_class
        -- Without its note nobody looks into an archived month's files.
        where (relnamespace = 'trading'::regnamespace and relkind in ('r', 'p')) or oid = to_regclass('ops.archives')
    loop
        if not guarded.relispartition then
            execute format('create or replace trigger refuse_delete before delete on %s '
                           'for each row execute function ops.refuse_removal()', guarded.name);
        end if;
        execute format('create or replace trigger refuse_truncate before truncate on %s '
                       'for each statement execute function ops.refuse_removal()', guarded.name);
    end loop;
end
$$;

-- What a row said before is kept, wherever rows are restated.
do $$
declare
    restated record;
begin
    for restated in
        select c.oid::regclass as name, c.relname from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'restated_at' and not a.attisdropped
        where c.relnamespace = 'trading'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    loop
        execute format('create or replace trigger keep_history after update on %s for each row '
                       'when (old is distinct from new) execute function ops.keep_history(%L)', restated.name, restated.relname);
    end loop;
end
$$;
