select ops.note_archive(%(table)s, %(month)s, %(part)s, %(kind)s, %(folder)s, %(files)s, %(rows)s, %(content)s, %(bytes)s)
