-- Net premium ticks: what each minute of a symbol's options added.

insert into ops.metric_types (metric_type, feed, unit, meaning)
select 'net_prem_' || key, 'net_prem_ticks', unit,
       what || '. One minute''s own, not a running total: sum the minutes of a session for its day, unlike the tides.'
from (values ('net_call_premium', 'US dollars', 'Calls, premium at the ask less premium at the bid'),
             ('net_put_premium', 'US dollars', 'Puts, premium at the ask less premium at the bid'),
             ('net_call_volume', 'contracts', 'Calls, volume at the ask less volume at the bid'),
             ('net_put_volume', 'contracts', 'Puts, volume at the ask less volume at the bid'),
             ('net_delta', 'shares', 'Net delta of the trades, as the vendor counts it'),
             ('call_volume', 'contracts', 'Calls traded, either side'),
             ('call_volume_ask_side', 'contracts', 'Calls traded at the ask'),
             ('call_volume_bid_side', 'contracts', 'Calls traded at the bid'),
             ('put_volume', 'contracts', 'Puts traded, either side'),
             ('put_volume_ask_side', 'contracts', 'Puts traded at the ask'),
             ('put_volume_bid_side', 'contracts', 'Puts traded at the bid')) as ticks (key, unit, what);
