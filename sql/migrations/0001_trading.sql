-- The user's three tables, by their names, and the schemas everything lives in.
-- Why the identity of a print is not its tracking_id: docs/decisions/0002-print-identity.md

create schema trading;
comment on schema trading is 'As collected from the vendor. Nothing here is deleted or computed.';

create schema if not exists ops;
comment on schema ops is 'How it was collected: migrations, runs, ledger, coverage, quarantine, the calendar.';

create schema derived;
comment on schema derived is 'Computed from trading. Can be thrown away and rebuilt.';

create table trading.darkpool_trades (
    id                bigint generated always as identity primary key,
    tracking_id       bigint      not null,
    symbol            text        not null,
    size              numeric     not null check (size >= 0),
    price             numeric     not null,
    volume            numeric     not null,
    premium           numeric,
    executed_at       timestamptz not null,
    nbbo_ask          numeric,
    nbbo_bid          numeric,
    market_center     text,
    sale_cond_codes   text,
    collection_time   timestamptz not null,
    created_at        timestamptz not null default now(),
    trf_executed_at     timestamptz,
    nbbo_ask_quantity   numeric,
    nbbo_bid_quantity   numeric,
    ext_hour_sold_codes text,
    trade_code          text,
    trade_settlement    text,
    canceled            boolean not null default false,
    restated_at         timestamptz,
    extra               jsonb not null default '{}',
    unique (symbol, executed_at, tracking_id, price, size, volume)
);

create index darkpool_trades_executed_at on trading.darkpool_trades (executed_at);
create index darkpool_trades_symbol_premium on trading.darkpool_trades (symbol, premium);

comment on table trading.darkpool_trades is 'Off-exchange (TRF) prints, one row a print. A later cancel updates the row. Rows under $100,000 of premium are usually not served.';
comment on column trading.darkpool_trades.id is 'Ours, in order of arrival; means nothing to the vendor.';
comment on column trading.darkpool_trades.tracking_id is 'The vendor''s; NOT unique: it repeats on other days, prints of one millisecond share it, and 0 occurs.';
comment on column trading.darkpool_trades.symbol is 'Ticker.';
comment on column trading.darkpool_trades.size is 'Shares; fractional sizes are announced for 2026.';
comment on column trading.darkpool_trades.price is 'US dollars a share.';
comment on column trading.darkpool_trades.volume is 'Shares: the consolidated running volume of the day after this print, not the print''s own size.';
comment on column trading.darkpool_trades.premium is 'US dollars: price times size.';
comment on column trading.darkpool_trades.executed_at is 'When the print hit the tape; whole seconds. For late prints see trf_executed_at.';
comment on column trading.darkpool_trades.nbbo_ask is 'US dollars: best ask at tape time, so it says little about a late print.';
comment on column trading.darkpool_trades.nbbo_bid is 'US dollars: best bid at tape time, so it says little about a late print.';
comment on column trading.darkpool_trades.market_center is 'Vendor''s code of the reporting facility.';
comment on column trading.darkpool_trades.sale_cond_codes is 'Sale condition. average_price_trade, prior_reference_price and contingent_trade carry prices away from the market.';
comment on column trading.darkpool_trades.collection_time is 'When the collector first saw the print, by the collector''s clock.';
comment on column trading.darkpool_trades.created_at is 'When the row was first written, by the database''s clock.';
comment on column trading.darkpool_trades.trf_executed_at is 'When the trade was executed, as reported to the TRF; known from 2025-05-01.';
comment on column trading.darkpool_trades.nbbo_ask_quantity is 'Shares or round lots at the best ask, as the vendor sends it.';
comment on column trading.darkpool_trades.nbbo_bid_quantity is 'Shares or round lots at the best bid, as the vendor sends it.';
comment on column trading.darkpool_trades.ext_hour_sold_codes is 'Extended-hours and sold-out-of-sequence codes.';
comment on column trading.darkpool_trades.trade_code is 'derivative_priced and qualified_contingent_trade carry prices away from the market.';
comment on column trading.darkpool_trades.trade_settlement is 'Settlement as the vendor sends it; regular and regular_settlement both occur.';
comment on column trading.darkpool_trades.canceled is 'True once the vendor has shown the print as cancelled. Leave such rows out of sums.';
comment on column trading.darkpool_trades.restated_at is 'When a later sweep last found the row changed; null if never.';
comment on column trading.darkpool_trades.extra is 'Every key the vendor sent that has no column.';

create table trading.options_flow (
    id            bigint generated always as identity primary key,
    symbol        text        not null,
    strike        numeric,
    expiry        date,
    flow_type     text        not null check (flow_type in ('per_strike', 'per_expiry', 'recent')),
    premium       numeric,
    contract_size numeric,
    iv_rank       numeric,
    collected_at  timestamptz not null,
    created_at    timestamptz not null default now(),
    record_id     text        not null,
    session_date  date        not null,
    executed_at   timestamptz,
    detail        jsonb       not null default '{}',
    unique (flow_type, symbol, record_id)
);

create index options_flow_symbol_collected_at on trading.options_flow (symbol, collected_at);
create index options_flow_expiry on trading.options_flow (expiry);
create index options_flow_flow_type on trading.options_flow (flow_type, symbol, session_date);

comment on table trading.options_flow is 'Options flow. per_strike and per_expiry are snapshots of running day totals: never sum two snapshots of one session. recent is one row a trade.';
comment on column trading.options_flow.id is 'Ours, in order of arrival.';
comment on column trading.options_flow.symbol is 'Ticker of the underlying.';
comment on column trading.options_flow.strike is 'US dollars; null for per_expiry.';
comment on column trading.options_flow.expiry is 'Expiration date; null for per_strike.';
comment on column trading.options_flow.flow_type is 'per_strike, per_expiry (snapshots) or recent (trades).';
comment on column trading.options_flow.premium is 'US dollars. Snapshots: calls plus puts, whole day so far. recent: this trade.';
comment on column trading.options_flow.contract_size is 'Contracts. Snapshots: calls plus puts, whole day so far. recent: this trade.';
comment on column trading.options_flow.iv_rank is 'Newest IV rank of the symbol known when collected, 0 to 100; null if none was known.';
comment on column trading.options_flow.collected_at is 'When the collector fetched it, by the collector''s clock.';
comment on column trading.options_flow.created_at is 'When the row was written, by the database''s clock.';
comment on column trading.options_flow.record_id is 'recent: the vendor''s id. Snapshots: strike or expiry, @, the fetch instant.';
comment on column trading.options_flow.session_date is 'Trading day (New York) the row belongs to.';
comment on column trading.options_flow.executed_at is 'recent: when the trade happened; null for snapshots.';
comment on column trading.options_flow.detail is 'Every key the vendor sent that has no column of its own, as sent.';

create table trading.market_metrics (
    id           bigint generated always as identity primary key,
    symbol       text        not null,
    metric_type  text        not null,
    value        numeric     not null,
    timestamp    timestamptz not null,
    created_at   timestamptz not null default now(),
    collected_at timestamptz not null,
    restated_at  timestamptz,
    extra        jsonb       not null default '{}',
    unique (symbol, metric_type, timestamp)
);

create index market_metrics_type_timestamp on trading.market_metrics (metric_type, timestamp);

comment on table trading.market_metrics is 'One number a symbol, metric and time. The vendor restates the day: the last value wins, collected_at says when.';
comment on column trading.market_metrics.id is 'Ours, in order of arrival.';
comment on column trading.market_metrics.symbol is 'Ticker, or MARKET for the whole market.';
comment on column trading.market_metrics.metric_type is 'iv_rank (0 to 100), iv_volatility (1 = 100 %), iv_close ($); market_tide_net_call_premium and _net_put_premium ($, running), market_tide_net_volume (contracts, running).';
comment on column trading.market_metrics.value is 'In the unit of its metric_type.';
comment on column trading.market_metrics.timestamp is 'What the value is about. Daily metrics carry 00:00 New York of their day although known later: use collected_at for what was known when.';
comment on column trading.market_metrics.created_at is 'When the row was first written, by the database''s clock.';
comment on column trading.market_metrics.collected_at is 'When the stored value was fetched, by the collector''s clock.';
comment on column trading.market_metrics.restated_at is 'When a later fetch last found the value changed; null if never.';
comment on column trading.market_metrics.extra is 'Every key the vendor sent that has no column.';
