-- Keys that rows came without; it is an alarm until somebody has said that they know, and again when seen later than that.
select feed, key, first_seen_at, last_seen_at, rows, acknowledged_at,
       acknowledged_at is null or last_seen_at > acknowledged_at as alarm
from ops.schema_drift
order by feed, key
