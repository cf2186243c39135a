update ops.quarantine set replayed_at = %(replayed_at)s, replayed_by = %(replayed_by)s, still_wrong = %(still_wrong)s
where id = %(id)s and replayed_at is null
