update ops.schema_drift set acknowledged_at = %(at)s where feed = %(feed)s and key = %(key)s
