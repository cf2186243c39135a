-- The one key column that the collector may write to: a trigger lets it go from negative to the vendor's only.

do $$
begin
    if exists (select from pg_roles where rolname = 'collector') then
        grant update (tracking_id) on trading.darkpool_trades to collector;
    end if;
end
$$;
