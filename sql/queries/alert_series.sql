select since, active_at, hits, said, said_at, reopened, resolved_at
from ops.alert_series where series = %(series)s for update
