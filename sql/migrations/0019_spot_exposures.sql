-- Spot exposures: gamma, charm and vanna of a symbol's open options, minute by minute.

insert into ops.metric_types (metric_type, feed, unit, meaning)
select format('spot_%s_%s', greek, basis), 'spot_exposures', 'US dollars a move of 1 %',
       format('What market makers are assumed to have to hedge of %s when the underlying moves by 1 %%, %s; above 0 is long. '
              'A model, not a position: it takes them for the other side of every trade. '
              'Its time is the instant of the calculation, not a whole minute.', what, basis_is)
from (values ('gamma', 'gamma (gamma times contracts times price squared)'),
             ('charm', 'charm (charm times contracts times 365)'),
             ('vanna', 'vanna (vanna times contracts)')) as greeks (greek, what),
     (values ('oi', 'counted by open interest, which changes once a day'),
             ('vol', 'counted by the volume of the day so far'),
             ('dir', 'counted by the volume of the day so far with its direction')) as bases (basis, basis_is);
insert into ops.metric_types (metric_type, feed, unit, meaning) values
    ('spot_price', 'spot_exposures', 'US dollars', 'The underlying''s price that the exposures of the same time were computed with.');
