-- Who may do what inside the database. Re-applied at each release. A role that does not exist here
-- (a test, a laptop) is left out; the roles themselves are made by the server's setup.
-- New tables need no line: all of trading may be inserted into, and a table that has the column
-- restated_at may be updated outside its keys and its times of arrival. Only a trigger writes history.

revoke all on schema public from public;
revoke all on all tables in schema trading, ops, derived from public;
revoke all on all functions in schema trading, ops, derived from public;
-- A function that comes later is nobody's either, until it is granted.
alter default privileges revoke all on functions from public;

do $$
declare
    grantee text;
    target  record;
begin
    for grantee in select rolname from pg_roles where rolname in ('collector', 'analyst') loop
        execute format('revoke all on all tables in schema trading, ops, derived from %I', grantee);
        execute format('grant usage on schema trading, ops, derived to %I', grantee);
        execute format('grant select on all tables in schema trading, ops, derived to %I', grantee);
        execute format('alter default privileges in schema trading, ops, derived grant select on tables to %I', grantee);
    end loop;

    if exists (select from pg_roles where rolname = 'collector') then
        for target in
            select c.oid::regclass as name,
                   string_agg(quote_ident(a.attname), ', ') filter (where restates.it and not kept.it) as columns
            from pg_class c
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            cross join lateral (select exists (
                select from pg_attribute r
                where r.attrelid = c.oid and r.attname = 'restated_at' and not r.attisdropped) as it) restates
            cross join lateral (select a.attname in ('created_at', 'collection_time') or exists (
                select from pg_index i
                where i.indrelid = c.oid and i.indisunique and a.attnum = any (i.indkey)) as it) kept
            where c.relnamespace = 'trading'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
              and c.oid <> 'trading.history'::regclass
            group by c.oid
        loop
            execute format('grant insert on %s to collector', target.name);
            if target.columns is not null then
                execute format('grant update (%s) on %s to collector', target.columns, target.name);
            end if;
        end loop;
        grant insert, update (replayed_at, replayed_by, still_wrong) on ops.quarantine to collector;
        grant insert, update on ops.runs, ops.ledger, ops.coverage, ops.schema_drift, ops.history_limits to collector;
        execute format('grant temporary on database %I to collector', current_database());
    end if;
end
$$;
