-- Prints as the stream shows them: new where no row has the same five facts. A cancel updates the row that has
-- them, if there is one only; a stream print says which of twins it means to nobody.
with shown as (
    select distinct on (executed_at, price, size, volume) *
    from jsonb_to_recordset(%(rows)s::jsonb) as r (
        tracking_id bigint, size numeric, price numeric, volume numeric, premium numeric, executed_at timestamptz,
        nbbo_ask numeric, nbbo_bid numeric, market_center text, sale_cond_codes text, collection_time timestamptz,
        trf_executed_at timestamptz, nbbo_ask_quantity numeric, nbbo_bid_quantity numeric, ext_hour_sold_codes text,
        trade_code text, trade_settlement text, canceled boolean, extra text)
    order by executed_at, price, size, volume, canceled desc
), known as (
    select kept.id, kept.executed_at, kept.canceled as was_canceled, shown.canceled, shown.collection_time,
           count(*) over (partition by kept.executed_at, kept.price, kept.size, kept.volume) as twins
    from trading.darkpool_trades as kept
    join shown using (executed_at, price, size, volume)
    where kept.symbol = %(symbol)s and kept.executed_at between %(first)s and %(last)s
), updated as (
    update trading.darkpool_trades as kept set canceled = true, restated_at = known.collection_time
    from known
    where kept.id = known.id and kept.executed_at = known.executed_at
      and kept.executed_at between %(first)s and %(last)s and known.canceled and not known.was_canceled and known.twins = 1
    returning 1
), stored as (
    insert into trading.darkpool_trades (
        tracking_id, symbol, size, price, volume, premium, executed_at, nbbo_ask, nbbo_bid, market_center,
        sale_cond_codes, collection_time, trf_executed_at, nbbo_ask_quantity, nbbo_bid_quantity, ext_hour_sold_codes,
        trade_code, trade_settlement, canceled, extra)
    select tracking_id, %(symbol)s, size, price, volume, premium, executed_at, nbbo_ask, nbbo_bid, market_center,
           sale_cond_codes, collection_time, trf_executed_at, nbbo_ask_quantity, nbbo_bid_quantity, ext_hour_sold_codes,
           trade_code, trade_settlement, canceled, extra::jsonb
    from shown
    where not exists (
        select from trading.darkpool_trades as kept
        where kept.symbol = %(symbol)s and kept.executed_at = shown.executed_at
          and kept.executed_at between %(first)s and %(last)s
          and kept.price = shown.price and kept.size = shown.size and kept.volume = shown.volume)
    on conflict do nothing
    returning 1
)
select (select count(*) from stored), (select count(*) from updated)
