select ops.make_partitions(%(table)s, %(days)s::date[])
