-- A print of any year finds its partition: the collector has it made, by the owner's function. And each release makes some ahead.

do $$
begin
    if exists (select from pg_roles where rolname = 'collector') then
        grant execute on function ops.make_partitions(text, date[]), ops.make_partitions_ahead(integer) to collector;
    end if;
end
$$;

select ops.make_partitions_ahead(3);

-- The collector declares the policy (whose floors are the table's checks) and lets go what the owner's function allows.
do $$
begin
    if exists (select from pg_roles where rolname = 'collector') then
        grant insert, update on ops.retention to collector;
        grant execute on function ops.archive_due(), ops.archive_columns(text), ops.archive_facts(text, date, text),
            ops.archive_filter(text), ops.partition_of(text, date), ops.archive_rows(text, date, text),
            ops.release_archived(text, date, integer),
            ops.note_archive(text, date, integer, text, text, integer, bigint, text, bigint) to collector;
    end if;
end
$$;
