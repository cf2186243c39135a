-- The symbol's own price: what prints and flow are measured against.

create table trading.bars (
    id           bigint generated always as identity primary key,
    symbol       text        not null,
    session_date date        not null,
    candle       text        not null check (candle in ('1m')),
    starts_at    timestamptz not null,
    ends_at      timestamptz,
    open         numeric     not null,
    high         numeric     not null,
    low          numeric     not null,
    close        numeric     not null,
    volume       numeric     not null,
    total_volume numeric,
    market_time  text,
    collected_at timestamptz not null,
    created_at   timestamptz not null default now(),
    restated_at  timestamptz,
    extra        jsonb       not null default '{}',
    unique (symbol, candle, starts_at)
);

create index bars_session on trading.bars (session_date, symbol);

comment on table trading.bars is 'Open, high, low and close of a symbol, one row a minute in which it traded, 4:00 to 20:00 New York. Restated through the day: the last value wins, and the minute that is on when fetched is not whole yet.';
comment on column trading.bars.id is 'Ours, in order of arrival; the vendor sends the newest bar first.';
comment on column trading.bars.symbol is 'Ticker.';
comment on column trading.bars.session_date is 'New York date of starts_at.';
comment on column trading.bars.candle is 'Length of the bar: 1m is one minute.';
comment on column trading.bars.starts_at is 'Begin of the bar, inclusive. A minute without a trade has no row.';
comment on column trading.bars.ends_at is 'End of the bar, exclusive, as the vendor sends it; null if it did not.';
comment on column trading.bars.open is 'US dollars a share. Outside market_time r few trades make a price.';
comment on column trading.bars.high is 'US dollars a share. Outside market_time r few trades make a price.';
comment on column trading.bars.low is 'US dollars a share. Outside market_time r few trades make a price.';
comment on column trading.bars.close is 'US dollars a share: the last price of the bar, not the official close.';
comment on column trading.bars.volume is 'Shares of this bar.';
comment on column trading.bars.total_volume is 'Shares of the whole day up to the end of the bar: a running total, never sum it.';
comment on column trading.bars.market_time is 'pr before the opening, r regular hours, po after the close.';
comment on column trading.bars.collected_at is 'When the stored values were fetched, by the collector''s clock; an answer that changed nothing leaves it.';
comment on column trading.bars.created_at is 'When the row was first written, by the database''s clock.';
comment on column trading.bars.restated_at is 'When a later fetch last found the bar changed; null if never.';
comment on column trading.bars.extra is 'Every key the vendor sent that has no column.';
