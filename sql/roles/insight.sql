-- What was computed of a session is written once: nobody but the owner changes it or takes it away.

do $$
begin
    if exists (select from pg_roles where rolname = 'collector') then
        grant insert on derived.signals, derived.correlations to collector;
        grant insert, delete on ops.outbox_pages to collector;
    end if;
end
$$;
