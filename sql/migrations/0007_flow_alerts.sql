-- Flow alerts.

insert into ops.flow_types (flow_type, feed, meaning) values
    ('alert', 'flow_alerts', 'Trades of one contract that a rule of the vendor put together. They are on the tape as single trades as well: never sum alerts with recent. Kept as first seen.');

create index options_flow_symbol_executed_at on trading.options_flow (symbol, executed_at) where executed_at is not null;

comment on table trading.options_flow is 'Options flow of every kind: ops.flow_types says what a row of each flow_type is and what must never be summed.';
comment on column trading.options_flow.strike is 'US dollars; null where a row is of all strikes.';
comment on column trading.options_flow.expiry is 'Expiration date; null where a row is of all expiries.';
comment on column trading.options_flow.premium is 'US dollars. Snapshots: calls plus puts, whole day so far. recent: this trade. alert: its trades together.';
comment on column trading.options_flow.contract_size is 'Contracts. Snapshots: calls plus puts, whole day so far. recent: this trade. alert: its trades together.';
comment on column trading.options_flow.record_id is 'recent and alert: the vendor''s id. Snapshots: strike or expiry, @, the fetch instant.';
comment on column trading.options_flow.executed_at is 'recent: when the trade happened. alert: when the vendor made it, a few seconds after its trades (start_time and end_time in detail, epoch milliseconds). Null for snapshots.';
