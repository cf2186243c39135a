select exists (select from ops.outbox where key = %(key)s)
