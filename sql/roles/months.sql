-- A print of any year finds its partition: the collector has it made, by the owner's function. And each release makes some ahead.

do $$
begin
    if exists (select from pg_roles where rolname = 'collector') then
        grant execute on function ops.make_partitions(text, date[]), ops.make_partitions_ahead(integer) to collector;
    end if;
end
$$;

select ops.make_partitions_ahead(3);
