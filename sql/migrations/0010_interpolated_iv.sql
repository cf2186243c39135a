-- Interpolated implied volatility of the nine tenors that the vendor serves. A tenor that comes later is stored under
-- its own number of days all the same, and a later migration explains it.

insert into ops.metric_types (metric_type, feed, unit, meaning)
select 'interpolated_iv_' || days || 'd' || suffix, 'interpolated_iv', unit, replace(meaning, 'N days', days || case days when 1 then ' day' else ' days' end)
from unnest(array[1, 5, 7, 14, 30, 60, 90, 180, 365]) as tenors (days),
     (values ('', '1 = 100 %', 'Implied volatility in N days, interpolated between the nearest expiries; refreshed through the day.'),
             ('_percentile', '0 to 1', 'Part of the year''s days on which implied volatility in N days stood lower. Stored as sent: answers seen are 0 to 1, the vendor''s example shows 0 to 100, so look at the scale before comparing.'),
             ('_implied_move', '1 = 100 %', 'Move of the price that implied volatility in N days allows for; up or down.')) as metrics (suffix, unit, meaning);
