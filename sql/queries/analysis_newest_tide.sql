-- The New York day of the newest minute of a tide, whichever of the three kinds the symbol has; one look into the index each.
select (max(newest.timestamp) at time zone 'America/New_York')::date as session_date
from unnest(array['market_tide_net_call_premium', 'sector_tide_net_call_premium', 'etf_tide_net_call_premium']) kind,
     lateral (select timestamp from trading.market_metrics where symbol = %(symbol)s and metric_type = kind
              order by timestamp desc limit 1) newest
