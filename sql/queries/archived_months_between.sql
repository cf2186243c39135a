-- First days of the whole months that have left the database, of any table; what is thinned keeps the last of each hour.
select distinct month from ops.archives
where released_at is not null and kind = 'month' and rows > 0
  and month between date_trunc('month', %(first)s::date) and %(last)s::date
order by month
