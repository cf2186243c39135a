-- Fails when a file has an error; says "restart" when a setting in it needs one.
\set QUIET on
do $$
declare
    problems text;
begin
    select string_agg(problem, '; ') into problems from (
        select format('pg_hba.conf line %s: %s', line_number, error) from pg_hba_file_rules where error is not null
        union all
        select format('%s line %s: %s', f.sourcefile, f.sourceline, f.error)
        from pg_file_settings f left join pg_settings s using (name)
        where f.error is not null and s.context is distinct from 'postmaster'
    ) as found (problem);
    if problems is not null then
        raise exception 'PostgreSQL keeps its old configuration: %', problems;
    end if;
end $$;
select distinct 'restart'
from pg_file_settings f join pg_settings s using (name)
where f.error is not null and s.context = 'postmaster';
