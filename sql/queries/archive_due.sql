select table_name, month, kind, part, bytes from ops.archive_due()
