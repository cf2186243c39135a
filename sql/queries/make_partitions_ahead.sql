select ops.make_partitions_ahead(%(months)s)
