-- What grows without end lies in one partition a month: a question about a day reads its month only, and a
-- month can leave as a whole. Why these tables, these keys and no default partition: docs/decisions/0051-months.md

create function ops.make_partition(parent text, month date) returns boolean
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
    name   text := format('%s_%s', parent, to_char(month, 'YYYY_MM'));
    bounds text[];
begin
    if to_regclass(format('trading.%I', name)) is not null then
        return false;
    end if;
    -- Two that need the same month take turns; the second one finds it, if it looks past what it has cached.
    perform pg_advisory_xact_lock(hashtext('darkpool partitions'), hashtext(parent));
    if exists (select from pg_class c where c.relnamespace = 'trading'::regnamespace and c.relname = name) then
        return false;
    end if;
    -- A month begins and ends with a New York day, so a session is never cut.
    select case when format_type(a.atttypid, null) = 'date' then array[month::text, (month + interval '1 month')::date::text]
                else array[(month::timestamp at time zone 'America/New_York')::text,
                           ((month + interval '1 month') at time zone 'America/New_York')::text] end
    into strict bounds
    from pg_partitioned_table p
    join pg_attribute a on a.attrelid = p.partrelid and a.attnum = p.partattrs[0]
    where p.partrelid = format('trading.%I', parent)::regclass;
    -- Made apart and attached: that hinders neither readers nor writers of the other months.
    execute format('create table trading.%I (like trading.%I including defaults including constraints including storage)', name, parent);
    execute format('alter table trading.%I attach partition trading.%I for values from (%L) to (%L)', parent, name, bounds[1], bounds[2]);
    execute format('create trigger refuse_truncate before truncate on trading.%I '
                   'for each statement execute function ops.refuse_removal()', name);
    return true;
end
$$;
comment on function ops.make_partition(text, date) is 'Makes the partition of a table of trading for the month that begins on this day; false if it is there.';

create function ops.make_partitions(parent text, days date[]) returns integer
language sql
security definer
set search_path = pg_catalog
as $$
    select count(*) filter (where ops.make_partition(parent, month))::integer
    from (select distinct date_trunc('month', day)::date as month from unnest(days) day
          where day between '2000-01-01' and now() + interval '400 days') months
$$;
comment on function ops.make_partitions(text, date[]) is 'Makes the partitions that these New York days need and returns how many were missing. Days before 2000 or more than 400 days ahead get none: such a row is wrong, and goes to quarantine.';

create function ops.make_partitions_ahead(months integer) returns integer
language sql
security definer
set search_path = pg_catalog
as $$
    select coalesce(sum(ops.make_partitions(c.relname::text, array(
        select ((now() at time zone 'America/New_York') + make_interval(months => ahead))::date
        from generate_series(0, least(months, 12)) ahead))), 0)::integer
    from pg_partitioned_table p
    join pg_class c on c.oid = p.partrelid
    where c.relnamespace = 'trading'::regnamespace
$$;
comment on function ops.make_partitions_ahead(integer) is 'Makes the partitions of this month and of so many after it, for each partitioned table of trading; returns how many were missing.';

-- A partition's trigger knows the partition by name; what it notes is the table's.
create or replace function ops.keep_history() returns trigger
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
        values (coalesce(tg_argv[0], tg_table_name), old.id, said, coalesce(nullif(new.restated_at, old.restated_at), now()));
    end if;
    return null;
end
$$;

-- The views read the tables that go; each release makes them again.
drop view if exists trading.market_prints cascade;
drop view if exists trading.print_summary cascade;
create schema moving;

create function pg_temp.into_months(name text, key text, identity text[]) returns void
language plpgsql
as $$
declare
    day     text;
    before  record;
    after   record;
    facts   text := 'select count(*) as rows, sum(id::numeric) as ids, sum(hashtextextended(t::text, 0)::numeric) as content from %I.%I t';
begin
    execute format('alter table trading.%I set schema moving', name);
    execute format('create table trading.%1$I (like moving.%1$I including defaults including constraints including storage '
                   'including comments including identity) partition by range (%2$I)', name, key);
    execute format('comment on table trading.%I is %L', name, obj_description(format('moving.%I', name)::regclass, 'pg_class'));
    execute format('select case format_type(atttypid, null) when ''date'' then %1$L else %2$L end from pg_attribute '
                   'where attrelid = %3$L::regclass and attname = %4$L',
                   key, format('(%I at time zone ''America/New_York'')::date', key), format('trading.%I', name), key) into day;
    execute format('select count(ops.make_partition(%L, month)) from (select distinct date_trunc(''month'', %s)::date from moving.%I) m (month)',
                   name, day, name);
    execute format('insert into trading.%1$I overriding system value select * from moving.%1$I', name);
    execute format('select setval(pg_get_serial_sequence(%L, ''id''), s.last_value, s.is_called) from %s s',
                   format('trading.%I', name), pg_get_serial_sequence(format('moving.%I', name), 'id'));
    execute format(facts, 'moving', name) into before;
    execute format(facts, 'trading', name) into after;
    if before is distinct from after then
        raise exception 'trading.% is not what it was: % rows before, % after; nothing was changed', name, before.rows, after.rows;
    end if;
    execute format('drop table moving.%I', name);
    execute format('alter table trading.%I add primary key (id, %I)', name, key);
    if identity is not null then
        execute format('alter table trading.%I add unique (%s)', name,
                       (select string_agg(quote_ident(c), ', ' order by n) from unnest(identity) with ordinality i (c, n)));
    end if;
    execute format('create trigger refuse_delete before delete on trading.%I for each row execute function ops.refuse_removal()', name);
    execute format('create trigger refuse_truncate before truncate on trading.%I for each statement execute function ops.refuse_removal()', name);
end
$$;

select pg_temp.into_months('darkpool_trades', 'executed_at', '{symbol, executed_at, tracking_id, price, size, volume}');
create index darkpool_trades_executed_at on trading.darkpool_trades using brin (executed_at) with (pages_per_range = 16);
create index darkpool_trades_provisional on trading.darkpool_trades (symbol, executed_at) where tracking_id < 0;
comment on index trading.darkpool_trades_provisional is 'Finds the prints that REST has not named yet; empty when nothing is streamed.';
create trigger refuse_renaming before update of tracking_id on trading.darkpool_trades
    for each row when (old.tracking_id is distinct from new.tracking_id) execute function ops.refuse_renaming();

-- The session follows from the trade or the fetch that the record_id names, so it makes no second row of one record.
select pg_temp.into_months('options_flow', 'session_date', '{flow_type, symbol, session_date, record_id}');
create index options_flow_symbol_collected_at on trading.options_flow (symbol, collected_at);
create index options_flow_expiry on trading.options_flow (expiry);
create index options_flow_symbol_executed_at on trading.options_flow (symbol, executed_at) where executed_at is not null;

select pg_temp.into_months('market_metrics', 'timestamp', '{symbol, metric_type, timestamp}');
create index market_metrics_type_timestamp on trading.market_metrics (metric_type, timestamp);

select pg_temp.into_months('bars', 'starts_at', '{symbol, candle, starts_at}');
create index bars_session on trading.bars (session_date, symbol);

select pg_temp.into_months('price_levels', 'session_date', '{symbol, session_date, level_type, price}');
create index price_levels_session on trading.price_levels (session_date, level_type);

select pg_temp.into_months('oi_changes', 'curr_date', '{option_symbol, curr_date}');
create index oi_changes_symbol_date on trading.oi_changes (symbol, curr_date);

-- Written in the order of replaced_at, and the largest of all: every price level of a day says something new at each pass.
select pg_temp.into_months('history', 'replaced_at', null);
create index history_row on trading.history (table_name, row_id);
create index history_replaced_at on trading.history using brin (replaced_at);

drop schema moving;
