select name, kind from ops.archive_columns(%(table)s)
