-- What stays in the database, what is thinned there, and what has gone to files of its own.
-- Why a function of the owner's lets a month go, and what it asks before: docs/decisions/0052-archive.md

create table ops.retention (
    table_name      text primary key,
    keep_hot_months integer check (keep_hot_months >= 3),
    thin_after_days integer check (thin_after_days >= 7),
    archive         boolean not null,
    declared_at     timestamptz not null default now()
);
comment on table ops.retention is 'The policy that is in force, as `collector retain` read it from the inventory. A table without a line here keeps everything.';
comment on column ops.retention.table_name is 'A partitioned table of trading.';
comment on column ops.retention.keep_hot_months is 'Whole months after its own that a month stays in the database; null: for ever.';
comment on column ops.retention.thin_after_days is 'Days after its end from which a month keeps only the last snapshot of each hour here, the others in the archive; null: never, or nothing to thin.';
comment on column ops.retention.archive is 'False: nothing of the table leaves the database.';
comment on column ops.retention.declared_at is 'By the database''s clock.';

create table ops.archives (
    table_name  text        not null,
    month       date        not null,
    part        integer     not null,
    kind        text        not null check (kind in ('month', 'thinned')),
    folder      text        not null,
    files       integer     not null,
    rows        bigint      not null,
    content     text        not null,
    bytes       bigint      not null,
    verified_at timestamptz not null default now(),
    newest_id   bigint,
    released_at timestamptz,
    primary key (table_name, month, part)
);
comment on table ops.archives is 'What was written to Parquet files, read back and found equal. Rows are in the files instead of the table from released_at on, in the same transaction.';
comment on column ops.archives.table_name is 'The table of trading.';
comment on column ops.archives.month is 'First day of the month (New York).';
comment on column ops.archives.part is '1, 2, ...: rows that came after a part had gone are in the next one.';
comment on column ops.archives.kind is 'month: all that the month held. thinned: the snapshots that were not the last of their hour.';
comment on column ops.archives.folder is 'Below the archive''s folder; its manifest.json has each file''s rows, content and SHA-256.';
comment on column ops.archives.files is 'Parquet files, one a symbol.';
comment on column ops.archives.rows is 'Rows in them.';
comment on column ops.archives.content is 'Sums of both halves of the MD5 of each row''s text: equal for equal rows in any order.';
comment on column ops.archives.bytes is 'Size of the files.';
comment on column ops.archives.verified_at is 'When the files had been read back, by the database''s clock.';
comment on column ops.archives.newest_id is 'Newest id of the month when it was thinned: only later rows make it worth a look again.';
comment on column ops.archives.released_at is 'When the rows left the table; null: they are still there, and the files count for nothing.';

alter table ops.flow_types add column snapshot boolean not null default false;
comment on column ops.flow_types.snapshot is 'Running totals of a whole day, taken at each pass: what thinning thins.';
update ops.flow_types set snapshot = true where flow_type in ('per_strike', 'per_expiry');

create function ops.archive_filter(kind text) returns text
language sql immutable
set search_path = pg_catalog
as $$
    select case kind when 'month' then 'true' when 'thinned' then
        'id in (select id from (
            select id, collected_at < max(collected_at) over (partition by flow_type, symbol, session_date, date_trunc(''hour'', collected_at)) as old
            from %1$s where flow_type in (select flow_type from ops.flow_types where snapshot)) s where old)' end
$$;
comment on function ops.archive_filter(text) is 'Which rows of a month a kind of archive takes, as SQL over t; %1$s is the partition.';

create function ops.partition_of(parent text, month date) returns regclass
language sql stable
set search_path = pg_catalog
as $$
    select i.inhrelid::regclass from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = format('trading.%I', parent)::regclass and c.relname = format('%s_%s', parent, to_char(month, 'YYYY_MM'))
$$;
comment on function ops.partition_of(text, date) is 'The attached partition of a table of trading for a month; null if there is none.';

create function ops.archive_columns(parent text) returns table (name text, kind text, written text)
language sql stable
set search_path = pg_catalog
as $$
    select a.attname::text, k.kind,
           case k.kind when 'time' then format('(extract(epoch from %I) * 1000000)::bigint::text', a.attname)
                       when 'day' then format('to_char(%I, ''YYYY-MM-DD'')', a.attname)
                       else format('%I::text', a.attname) end
    from pg_attribute a
    cross join lateral (select case format_type(a.atttypid, null)
        when 'timestamp with time zone' then 'time' when 'date' then 'day' when 'bigint' then 'integer'
        when 'boolean' then 'boolean' when 'numeric' then 'number' when 'jsonb' then 'json' else 'text' end as kind) k
    where a.attrelid = format('trading.%I', parent)::regclass and a.attnum > 0 and not a.attisdropped
    order by a.attnum
$$;
comment on function ops.archive_columns(text) is 'A table''s columns, what kind each is, and how its value is written as the one text that the archive''s hash is made of.';

create function ops.archive_rows(parent text, month date, kind text) returns text
language sql stable
set search_path = pg_catalog
as $$
    select format('select %s from %s t where %s', string_agg(c.written, ', '), ops.partition_of(parent, month),
                  format(ops.archive_filter(archive_rows.kind), ops.partition_of(parent, month)))
    from ops.archive_columns(parent) c
$$;
comment on function ops.archive_rows(text, date, text) is 'The question for the rows that an archive takes, each value as its text: for the files and for the hash.';

create function ops.archive_facts(parent text, month date, kind text, out rows bigint, out content text)
language plpgsql stable
set search_path = pg_catalog
as $$
begin
    execute format($q$
        select count(*), format('%%s/%%s', coalesce(sum(('x' || left(h, 16))::bit(64)::bigint), 0),
                                           coalesce(sum(('x' || right(h, 16))::bit(64)::bigint), 0))
        from (select md5(convert_to(concat_ws(chr(31), %s), 'UTF8')) as h from %s t where %s) hashed $q$,
        (select string_agg(format('coalesce(%s, chr(1))', c.written), ', ') from ops.archive_columns(parent) c),
        ops.partition_of(parent, month), format(ops.archive_filter(archive_facts.kind), ops.partition_of(parent, month)))
    into rows, content;
end
$$;
comment on function ops.archive_facts(text, date, text) is 'Number and content of the rows that an archive takes, as they are now.';

create function ops.archive_due() returns table (table_name text, month date, kind text, part integer, bytes bigint)
language plpgsql stable
set search_path = pg_catalog
as $$
declare
    one record;
    new boolean;
begin
    for one in
        select r.table_name as name, to_date(right(c.relname, 7), 'YYYY_MM') as begins, c.oid::regclass as partition, r.*
        from ops.retention r
        join pg_inherits i on i.inhparent = format('trading.%I', r.table_name)::regclass
        join pg_class c on c.oid = i.inhrelid
        where r.archive
        order by 2, 1
    loop
        table_name := one.name; month := one.begins; bytes := pg_table_size(one.partition);
        select coalesce(max(a.part) filter (where a.released_at is not null), 0) + 1 into part
        from ops.archives a where a.table_name = one.name and a.month = one.begins;
        if one.begins + make_interval(months => one.keep_hot_months + 1) <= now() at time zone 'America/New_York' then
            kind := 'month';
            return next;
        elsif one.begins + interval '1 month' + make_interval(days => one.thin_after_days) <= now() at time zone 'America/New_York' then
            execute format('select exists (select from %s where flow_type in (select flow_type from ops.flow_types where snapshot) and id > $1)', one.partition)
            into new using (select coalesce(max(a.newest_id), 0) from ops.archives a where a.table_name = one.name and a.month = one.begins);
            if new then
                kind := 'thinned';
                return next;
            end if;
        end if;
    end loop;
end
$$;
comment on function ops.archive_due() is 'Months that the policy lets go or thins today, the oldest first, with the number of the next part and the size of the partition (bytes).';

create function ops.note_archive(parent text, month date, part integer, kind text, folder text, files integer, rows bigint, content text, bytes bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
    insert into ops.archives as a (table_name, month, part, kind, folder, files, rows, content, bytes)
    values (parent, month, part, kind, folder, files, rows, content, bytes)
    on conflict on constraint archives_pkey do update
        set kind = excluded.kind, folder = excluded.folder, files = excluded.files, rows = excluded.rows,
            content = excluded.content, bytes = excluded.bytes, verified_at = now()
        where a.released_at is null;
    if not found then
        raise exception 'part % of % % has gone already: its files stay as they are', part, parent, to_char(month, 'YYYY-MM');
    end if;
end
$$;
comment on function ops.note_archive(text, date, integer, text, text, integer, bigint, text, bigint) is 'Notes files that were written and read back. Until their rows have left the table they may be noted anew.';

create function ops.release_archived(parent text, month date, part integer) returns bigint
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
    noted     ops.archives;
    policy    ops.retention;
    partition regclass := ops.partition_of(parent, month);
    facts     record;
    gone      bigint;
    free_from timestamp;
    today     timestamp := now() at time zone 'America/New_York';
begin
    select * into noted from ops.archives a
    where a.table_name = parent and a.month = release_archived.month and a.part = release_archived.part and a.released_at is null
    for update;
    if noted is null or partition is null then
        raise exception 'no verified archive of % % waits to take its rows', parent, to_char(month, 'YYYY-MM');
    end if;
    select * into policy from ops.retention r where r.table_name = parent and r.archive;
    free_from := month + interval '1 month' + case noted.kind when 'month' then make_interval(months => policy.keep_hot_months)
                                                             else make_interval(days => policy.thin_after_days) end;
    if (free_from <= today) is not true then
        raise exception 'the policy keeps % of % in the database', parent, to_char(month, 'YYYY-MM');
    end if;
    -- From here to the end nobody writes to this month; the others go on.
    execute format('lock table %s in share row exclusive mode', partition);
    facts := ops.archive_facts(parent, month, noted.kind);
    if (facts.rows, facts.content) is distinct from (noted.rows, noted.content) then
        raise exception '% of % has changed since it was archived: % rows in the files, % here', parent, to_char(month, 'YYYY-MM'), noted.rows, facts.rows
            using hint = 'The next run writes it anew.';
    end if;
    if noted.kind = 'month' then
        perform ops.drop_partition(parent, partition);
    else
        execute format('select max(id) from %s', partition) into noted.newest_id;
        set local darkpool.allow_removal = 'reviewed';
        execute format('delete from %s t where %s', partition, format(ops.archive_filter('thinned'), partition));
        get diagnostics gone = row_count;
        set local darkpool.allow_removal = '';
        if gone <> noted.rows then
            raise exception '% rows would go, % are archived', gone, noted.rows;
        end if;
    end if;
    update ops.archives a set released_at = now(), newest_id = noted.newest_id
    where a.table_name = parent and a.month = release_archived.month and a.part = release_archived.part;
    return noted.rows;
end
$$;
comment on function ops.release_archived(text, date, integer) is 'Lets archived rows leave the table: only if the policy says so, a verified archive is noted, and the rows are still those in it, which is asked under a lock.';

create function ops.drop_partition(parent text, partition regclass) returns void
language plpgsql
set search_path = pg_catalog
as $$
begin
    -- The table's own lock, for a moment: a writer that waits for the month while it holds the table would wait for us, and
    -- we for it. So we give up before PostgreSQL would have to choose whom it ends, and try again.
    for attempt in 1..15 loop
        begin
            set local lock_timeout = '300ms';
            execute format('lock table trading.%I in access exclusive mode', parent);
            execute format('drop table %s', partition);
            set local lock_timeout = '15s';
            return;
        exception when lock_not_available then
            perform pg_sleep(0.3);
        end;
    end loop;
    raise exception 'trading.% is busy: its month stays until the next run', parent;
end
$$;
comment on function ops.drop_partition(text, regclass) is 'Drops a partition without standing in anybody''s way for long. Only release_archived calls it.';
