select ops.archive_rows(%(table)s, %(month)s, %(kind)s)
