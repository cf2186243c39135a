select series, since, active_at, hits, said, said_at, reopened, resolved_at
from ops.alert_series where resolved_at is null order by series
