-- What is usual at a time of day: what the rules of market alerts compare with.

create table derived.baselines (
    metric   text     not null,
    symbol   text     not null,
    bucket   smallint not null,
    through  date     not null,
    sessions integer  not null,
    samples  bigint   not null,
    p50      numeric,
    p95      numeric,
    p99      numeric,
    p999     numeric,
    primary key (metric, symbol, bucket, through)
);
comment on table derived.baselines is 'How a quantity was distributed in the last sessions, by half hour of the New York day. A rule compares with the newest one that ends before its own day.';
comment on column derived.baselines.metric is 'flow_premium and level_premium (US dollars), flow_size (contracts), day_volume (shares; bucket 0).';
comment on column derived.baselines.symbol is 'Ticker.';
comment on column derived.baselines.bucket is 'Half hour of the New York day: 19 begins at 09:30. 0 where it is of the whole day.';
comment on column derived.baselines.through is 'Last session that is in it.';
comment on column derived.baselines.sessions is 'Sessions that had a value: below a rule''s warm-up it does not fire.';
comment on column derived.baselines.samples is 'Values.';
comment on column derived.baselines.p50 is 'Median, in the unit of the metric.';
comment on column derived.baselines.p95 is 'One in twenty is larger; in the unit of the metric.';
comment on column derived.baselines.p99 is 'One in a hundred is larger; in the unit of the metric.';
comment on column derived.baselines.p999 is 'One in a thousand is larger; in the unit of the metric.';
