insert into ops.alert_hits (rule, symbol, event, at, noted_at, value, usual, facts)
values (%(rule)s, %(symbol)s, %(event)s, %(at)s, %(noted_at)s, %(value)s, %(usual)s, %(facts)s)
on conflict do nothing
