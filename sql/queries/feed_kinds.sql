-- Which rows of a table that several feeds share are a feed's, and what each kind of them says.
select 'metric_type' as column, metric_type as kind, unit, meaning from ops.metric_types where feed = %(feed)s
union all
select 'flow_type', flow_type, '', meaning from ops.flow_types where feed = %(feed)s
order by 1, 2
