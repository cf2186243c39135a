select feed, symbol, session_date, collected_at,
       array(select lower(r) from unnest(covered) r order by r) as covered_from,
       array(select upper(r) from unnest(covered) r order by r) as covered_to,
       array(select lower(r) from unnest(settled) r order by r) as settled_from,
       array(select upper(r) from unnest(settled) r order by r) as settled_to,
       array(select lower(r) from unnest(confirmed) r order by r) as confirmed_from,
       array(select upper(r) from unnest(confirmed) r order by r) as confirmed_to
from ops.coverage
where session_date >= %(since)s
order by feed, symbol, session_date
