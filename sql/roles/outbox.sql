-- What the watching of markets writes. Nothing of it was collected: a baseline can be computed again.

do $$
begin
    if exists (select from pg_roles where rolname = 'collector') then
        grant insert, update on ops.alert_hits, ops.alert_series, ops.outbox, ops.deliveries to collector;
        grant delete on ops.deliveries to collector;
        grant insert, update, delete on derived.baselines to collector;
    end if;
end
$$;
