-- Rows of each session, by what each page noted beside its coverage.
select feed, session_date, sum(stored)::bigint as rows from ops.coverage
where session_date >= %(since)s
group by feed, session_date
