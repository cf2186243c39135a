-- Rows in quarantine can be read again by a later release, and an alarm about a key can be answered.

alter table ops.quarantine
    add column session_date date,
    add column replayed_at  timestamptz,
    add column replayed_by  text,
    add column still_wrong  text;
comment on column ops.quarantine.session_date is 'Trading day (New York) that was asked for; null for rows older than this column: then the New York date of fetched_at.';
comment on column ops.quarantine.replayed_at is 'When the row was read after all and stored, by the collector''s clock; null while it waits.';
comment on column ops.quarantine.replayed_by is 'Release that last tried to read it again; null if none has.';
comment on column ops.quarantine.still_wrong is 'Why that release could not read it either; null once it is stored.';
comment on table ops.quarantine is 'Rows that could not be read. The rest of their page was stored. They stay after they have been replayed.';

-- The same text in another session is another row.
alter table ops.quarantine drop constraint quarantine_feed_symbol_raw_sha256_reason_key;
alter table ops.quarantine add unique (feed, symbol, session_date, raw_sha256, reason);
create index quarantine_waiting on ops.quarantine (feed, symbol) where replayed_at is null;

alter table ops.schema_drift add column acknowledged_at timestamptz;
comment on column ops.schema_drift.acknowledged_at is 'When somebody said that they know; the alarm is quiet until the key is missing again later than that.';
