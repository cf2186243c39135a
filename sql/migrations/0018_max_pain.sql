-- Where the open options of an expiry would pay out least.

create table trading.max_pain (
    id           bigint generated always as identity primary key,
    symbol       text        not null,
    session_date date        not null,
    expiry       date        not null,
    max_pain     numeric     not null,
    collected_at timestamptz not null,
    created_at   timestamptz not null default now(),
    restated_at  timestamptz,
    extra        jsonb       not null default '{}',
    unique (symbol, session_date, expiry)
);

create index max_pain_expiry on trading.max_pain (symbol, expiry);

comment on table trading.max_pain is 'Max pain, one row a symbol, session and expiry, restated through the day: the last value wins. It comes from open interest, which changes once a day.';
comment on column trading.max_pain.id is 'Ours, in order of arrival.';
comment on column trading.max_pain.symbol is 'Ticker of the underlying.';
comment on column trading.max_pain.session_date is 'Trading day (New York) that was asked for.';
comment on column trading.max_pain.expiry is 'Expiration date.';
comment on column trading.max_pain.max_pain is 'US dollars a share: the strike at which the open contracts of the expiry would pay out least.';
comment on column trading.max_pain.collected_at is 'When the stored value was fetched, by the collector''s clock; an answer that changed nothing leaves it.';
comment on column trading.max_pain.created_at is 'When the row was first written, by the database''s clock.';
comment on column trading.max_pain.restated_at is 'When a later fetch last found the value changed; null if never.';
comment on column trading.max_pain.extra is 'Every key the vendor sent that has no column.';
