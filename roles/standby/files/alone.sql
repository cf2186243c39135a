\set QUIET on
select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = 'darkpool_standby' and not active \gset
\set QUIET off
select 'drop role darkpool_replica' where exists (select from pg_roles where rolname = 'darkpool_replica')
\gexec
