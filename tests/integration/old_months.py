"""Rows of months that the policy no longer keeps, and what the archive noted."""

PRINTS = """
    select ops.make_partitions('darkpool_trades', array['2023-05-01'::date, '2023-06-01']);
    insert into trading.darkpool_trades
        (tracking_id, symbol, size, price, volume, premium, executed_at, collection_time, market_center, extra,
         missing_since)
    select n, case when n % 3 = 0 then 'QQQ' when n % 7 = 0 then 'BRK.B' else 'SPY' end, n,
           600.10 + n / 100.0, 1.50 * n,
           case when n % 2 = 0 then n * 1.10 end, '2023-05-31 20:00Z'::timestamptz + n * interval '10 minutes',
           '2026-11-20 20:00Z', case when n % 5 = 0 then E'a\\tb"ü' when n % 5 = 1 then '' end, '{"a": [1.50, null]}',
           case when n % 11 = 0 then now() end
    from generate_series(1, 100) n"""
SNAPSHOTS = """
    select ops.make_partitions('options_flow', array['2026-03-02'::date]);
    insert into trading.options_flow (symbol, flow_type, strike, record_id, session_date, collected_at, detail)
    select symbol, flow_type, strike, strike || '@' || at, '2026-03-02', at, '{"call_premium": "1.10"}'
    from unnest(array['SPY', 'QQQ']) symbol, unnest(array['per_strike', 'recent']) flow_type,
         generate_series(600, 604) strike,
         generate_series('2026-03-02 15:00Z'::timestamptz, '2026-03-02 16:55Z', '5 minutes') at"""
ARCHIVED = """
    select table_name, to_char(month, 'YYYY-MM'), part, kind, rows, released_at is not null
    from ops.archives order by 1, 2, 3"""
# One row of May 2023 in each other table that has months.
OTHERS = {
    "options_flow": """(symbol, flow_type, record_id, session_date, collected_at)
        values ('SPY', 'recent', 'x', '2023-05-02', now())""",
    "market_metrics": """(symbol, metric_type, value, timestamp, collected_at)
        values ('SPY', 'iv_rank', 1.50, '2023-05-02 04:00Z', now())""",
    "bars": """(symbol, session_date, candle, starts_at, open, high, low, close, volume, collected_at)
        values ('SPY', '2023-05-02', '1m', '2023-05-02 14:00Z', 1, 2, 1, 2.0, 5, now())""",
    "price_levels": """(symbol, session_date, level_type, price, dark_volume, lit_volume, collected_at)
        values ('SPY', '2023-05-02', 'darkpool', 600.10, 1, 2, now())""",
    "oi_changes": """(symbol, option_symbol, curr_date, curr_oi, collected_at)
        values ('SPY', 'X', '2023-05-02', 1, now())""",
    "history": """(table_name, row_id, before, replaced_at)
        values ('bars', 1, '{"close": 1.0}', '2023-05-02 14:00Z')""",
}
