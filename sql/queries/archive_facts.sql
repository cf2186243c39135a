select rows, content from ops.archive_facts(%(table)s, %(month)s, %(kind)s)
