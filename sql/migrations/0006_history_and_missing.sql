-- What a row said before, and which prints the vendor no longer shows.
-- Why so, and why the indexes changed: docs/decisions/0006-known-rows-first.md

create table trading.history (
    id          bigint generated always as identity primary key,
    table_name  text        not null,
    row_id      bigint      not null,
    before      jsonb       not null,
    replaced_at timestamptz not null,
    created_at  timestamptz not null default now()
);
create index history_row on trading.history (table_name, row_id);
comment on table trading.history is 'What a row of trading said before it was changed, one row a change. Written by a trigger on each table that has restated_at.';
comment on column trading.history.id is 'Ours, in order of change.';
comment on column trading.history.table_name is 'The changed row''s table, without its schema.';
comment on column trading.history.row_id is 'The changed row''s id.';
comment on column trading.history.before is 'The changed columns with their old values.';
comment on column trading.history.replaced_at is 'Until when the collector believed it: restated_at of the change, by the collector''s clock.';
comment on column trading.history.created_at is 'By the database''s clock.';

-- With the owner's rights: the collector writes history only by changing a row.
create function ops.keep_history() returns trigger
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
    said jsonb;
begin
    select jsonb_object_agg(o.key, o.value) into said
    from jsonb_each(to_jsonb(old)) o
    where o.value is distinct from to_jsonb(new) -> o.key;
    if said - array['restated_at', 'collected_at'] <> '{}' then
        insert into trading.history (table_name, row_id, before, replaced_at)
        values (tg_table_name, old.id, said, coalesce(nullif(new.restated_at, old.restated_at), now()));
    end if;
    return null;
end
$$;
comment on function ops.keep_history() is 'Writes the old values of a changed row into trading.history, unless only its times of arrival changed.';

alter table trading.darkpool_trades add column missing_since timestamptz;
comment on column trading.darkpool_trades.missing_since is 'When a later sweep of the print''s second first no longer showed it, by the collector''s clock; null while it is shown. Leave such rows out of sums.';
comment on column trading.darkpool_trades.sale_cond_codes is 'Sale condition. average_price_trade, prior_reference_price (also sent as prio_reference_price) and contingent_trade carry prices away from the market.';

alter table ops.ledger add column missing integer not null default 0;
comment on column ops.ledger.missing is 'Rows that were known and that the vendor no longer showed.';

-- A new feed must not need a change here; what kinds there are is said by the sources.
alter table trading.options_flow drop constraint options_flow_flow_type_check;
alter table trading.options_flow add constraint options_flow_flow_type_check check (flow_type ~ '^[a-z][a-z_]*$');

-- Each B-tree costs every new print a write to a random place. A symbol's times are the unique key's first columns; no query, view
-- or analysis reads (symbol, premium); all symbols of a stretch of time lie together, which BRIN knows at a thousandth of the size.
drop index trading.darkpool_trades_symbol_premium;
drop index trading.darkpool_trades_executed_at;
create index darkpool_trades_executed_at on trading.darkpool_trades using brin (executed_at) with (pages_per_range = 16);
