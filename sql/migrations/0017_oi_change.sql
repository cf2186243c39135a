-- What became open interest: which of the day before's trades were opened and kept.

create table trading.oi_changes (
    id                          bigint generated always as identity primary key,
    symbol                      text not null,
    option_symbol               text not null,
    curr_date                   date not null,
    last_date                   date,
    curr_oi                     numeric not null,
    last_oi                     numeric,
    oi_diff_plain               numeric,
    oi_change                   numeric,
    avg_price                   numeric,
    last_bid                    numeric,
    last_ask                    numeric,
    last_fill                   numeric,
    volume                      numeric,
    trades                      numeric,
    percentage_of_total         numeric,
    prev_ask_volume             numeric,
    prev_bid_volume             numeric,
    prev_mid_volume             numeric,
    prev_neutral_volume         numeric,
    prev_multi_leg_volume       numeric,
    prev_stock_multi_leg_volume numeric,
    prev_total_premium          numeric,
    rnk                         numeric,
    collected_at                timestamptz not null,
    created_at                  timestamptz not null default now(),
    restated_at                 timestamptz,
    extra                       jsonb not null default '{}',
    unique (option_symbol, curr_date)
);

create index oi_changes_symbol_date on trading.oi_changes (symbol, curr_date);

comment on table trading.oi_changes is 'Open interest of each option contract against the day before, one row a contract and morning. Refreshed about 6:45 New York; open interest of a day is what was open when the day before had ended. The prev_ columns, volume and trades are last_date''s.';
comment on column trading.oi_changes.id is 'Ours, in order of arrival.';
comment on column trading.oi_changes.symbol is 'Ticker of the underlying.';
comment on column trading.oi_changes.option_symbol is 'The contract in OCC''s way: root, expiry (yymmdd), C or P, strike in thousandths of a dollar.';
comment on column trading.oi_changes.curr_date is 'The session on whose morning curr_oi was published (New York).';
comment on column trading.oi_changes.last_date is 'The day compared with: usually the session before.';
comment on column trading.oi_changes.curr_oi is 'Contracts open on curr_date.';
comment on column trading.oi_changes.last_oi is 'Contracts open on last_date.';
comment on column trading.oi_changes.oi_diff_plain is 'Contracts: curr_oi less last_oi.';
comment on column trading.oi_changes.oi_change is 'Change in contracts relative to last_oi: 0.2 is 20 % more. Says little where last_oi was small.';
comment on column trading.oi_changes.avg_price is 'US dollars a share: average price of last_date''s trades in the contract.';
comment on column trading.oi_changes.last_bid is 'US dollars a share: last bid of last_date.';
comment on column trading.oi_changes.last_ask is 'US dollars a share: last ask of last_date.';
comment on column trading.oi_changes.last_fill is 'US dollars a share: price of last_date''s last trade.';
comment on column trading.oi_changes.volume is 'Contracts traded on last_date; more of them than oi_diff_plain were opened and closed on the day.';
comment on column trading.oi_changes.trades is 'Number of trades in the contract on last_date.';
comment on column trading.oi_changes.percentage_of_total is 'Share of the symbol''s contracts traded on last_date: 0.08 is 8 %.';
comment on column trading.oi_changes.prev_ask_volume is 'Contracts traded at the ask on last_date.';
comment on column trading.oi_changes.prev_bid_volume is 'Contracts traded at the bid on last_date.';
comment on column trading.oi_changes.prev_mid_volume is 'Contracts traded between bid and ask on last_date.';
comment on column trading.oi_changes.prev_neutral_volume is 'Contracts traded on last_date that the vendor counts to neither side.';
comment on column trading.oi_changes.prev_multi_leg_volume is 'Contracts of last_date that were legs of trades in several options.';
comment on column trading.oi_changes.prev_stock_multi_leg_volume is 'Contracts of last_date that were legs of trades with the stock.';
comment on column trading.oi_changes.prev_total_premium is 'US dollars: premium of last_date''s trades in the contract.';
comment on column trading.oi_changes.rnk is 'The vendor''s rank of the contract by size of its change; 1 is the largest. It depends on the answer.';
comment on column trading.oi_changes.collected_at is 'When the stored values were fetched, by the collector''s clock; an answer that changed nothing leaves it.';
comment on column trading.oi_changes.created_at is 'When the row was first written, by the database''s clock.';
comment on column trading.oi_changes.restated_at is 'When a later fetch last found the row changed; null if never.';
comment on column trading.oi_changes.extra is 'Every key the vendor sent that has no column.';
