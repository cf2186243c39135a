-- The message and its page, if it has one, together or not at all; a report that was told of before says nothing more.
with told as (
    insert into ops.outbox (key, series, kind, severity, title, body, created_at)
    values (%(key)s, %(series)s, 'report', 'info', %(title)s, %(body)s, %(created_at)s)
    on conflict (key) do nothing
    returning id
), paged as (
    insert into ops.outbox_pages (outbox_id, name, content)
    select id, %(name)s, %(content)s::bytea from told where %(content)s::bytea is not null
)
select id from told
