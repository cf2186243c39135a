-- Options flow per strike and minute.

insert into ops.flow_types (flow_type, feed, meaning) values
    ('per_strike_intraday', 'flow_per_strike_intraday', 'What one strike traded in one minute (calls plus puts): these may be summed. Only the few strikes with the highest net premium at the time of the fetch are served, so a strike that fell out is not restated any more and a sum over strikes is not the whole flow. The running minute is restated.');

comment on column trading.options_flow.premium is 'US dollars. Snapshots: calls plus puts, whole day so far. recent: this trade. alert: its trades together. per_strike_intraday: calls plus puts of the minute.';
comment on column trading.options_flow.contract_size is 'Contracts. Snapshots: calls plus puts, whole day so far. recent: this trade. alert: its trades together. per_strike_intraday: calls plus puts of the minute.';
comment on column trading.options_flow.record_id is 'recent and alert: the vendor''s id. Snapshots: strike or expiry, @, the fetch instant. per_strike_intraday: strike, @, its own time.';
comment on column trading.options_flow.executed_at is 'recent: when the trade happened. alert: when the vendor made it, a few seconds after its trades (start_time and end_time in detail, epoch milliseconds). per_strike_intraday: the row''s time. Null for snapshots.';
