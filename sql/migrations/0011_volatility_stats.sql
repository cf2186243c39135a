-- Implied and realized volatility with their range of one year.

insert into ops.metric_types (metric_type, feed, unit, meaning) values
    ('volatility_iv', 'volatility_stats', '1 = 100 %', 'Implied volatility; refreshed through the day.'),
    ('volatility_iv_high', 'volatility_stats', '1 = 100 %', 'Highest implied volatility of one year.'),
    ('volatility_iv_low', 'volatility_stats', '1 = 100 %', 'Lowest implied volatility of one year.'),
    ('volatility_iv_rank', 'volatility_stats', '0 to 100', 'Where implied volatility stands in its range of one year. Stored as sent: answers seen are 0 to 100, the vendor''s example shows 0 to 1. iv_rank has the same number from a feed of its own.'),
    ('volatility_rv', 'volatility_stats', '1 = 100 %', 'Realized volatility; it looks back, implied volatility looks ahead.'),
    ('volatility_rv_high', 'volatility_stats', '1 = 100 %', 'Highest realized volatility of one year.'),
    ('volatility_rv_low', 'volatility_stats', '1 = 100 %', 'Lowest realized volatility of one year.');
