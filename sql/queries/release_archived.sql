select ops.release_archived(%(table)s, %(month)s, %(part)s)
