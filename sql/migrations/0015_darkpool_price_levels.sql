-- Volume at each price as the vendor counts it: all of it, where the prints are only the large ones.

create table trading.price_levels (
    id           bigint generated always as identity primary key,
    symbol       text        not null,
    session_date date        not null,
    level_type   text        not null check (level_type in ('darkpool', 'stock_volume')),
    price        numeric     not null,
    dark_volume  numeric     not null check (dark_volume >= 0),
    lit_volume   numeric     not null check (lit_volume >= 0),
    collected_at timestamptz not null,
    created_at   timestamptz not null default now(),
    restated_at  timestamptz,
    extra        jsonb       not null default '{}',
    unique (symbol, session_date, level_type, price)
);

create index price_levels_session on trading.price_levels (session_date, level_type);

comment on table trading.price_levels is 'Volume of a session at each price, restated through the day: the last value wins. This, not the sum of prints, is the dark volume: prints below the vendor''s floor of premium are not served. Two kinds of level count differently: never add them up.';
comment on column trading.price_levels.id is 'Ours, in order of arrival.';
comment on column trading.price_levels.symbol is 'Ticker.';
comment on column trading.price_levels.session_date is 'Trading day (New York) that was asked for.';
comment on column trading.price_levels.level_type is 'darkpool: rounded prices, all venues. stock_volume: exact prices, only FINRA''s facilities (dark) and the exchanges that Nasdaq operates (lit).';
comment on column trading.price_levels.price is 'US dollars. darkpool: a bucket of prices, rounded by the vendor; stock_volume: the price of execution.';
comment on column trading.price_levels.dark_volume is 'Shares traded off the exchanges at this price, whole day so far.';
comment on column trading.price_levels.lit_volume is 'Shares traded on exchanges at this price, whole day so far. stock_volume: on those that Nasdaq operates only, so it is no share of the market''s volume.';
comment on column trading.price_levels.collected_at is 'When the stored volumes were fetched, by the collector''s clock; an answer that changed nothing leaves it.';
comment on column trading.price_levels.created_at is 'When the row was first written, by the database''s clock.';
comment on column trading.price_levels.restated_at is 'When a later fetch last found the level changed; null if never. A level that the vendor shows no more stays as it was last seen.';
comment on column trading.price_levels.extra is 'Every key the vendor sent that has no column.';
