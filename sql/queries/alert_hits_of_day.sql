select rule, count(*), count(distinct symbol) from ops.alert_hits
where noted_at >= %(since)s and noted_at < %(until)s group by rule order by rule
