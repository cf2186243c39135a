-- What ran since when: a row is read by its release, and a wrong one is looked for in what that release did.

create table ops.releases (
    released_at timestamptz not null default clock_timestamp() primary key,
    version     text        not null,
    commit_id   text        not null,
    released_by text        not null,
    how         text        not null check (how in ('release', 'rollback'))
);
comment on table ops.releases is 'Each change of the code that runs, noted just before the switch; the newest row is what runs.';
comment on column ops.releases.released_at is 'By the database''s clock.';
comment on column ops.releases.version is 'As `collector --version` says it and ops.runs names it.';
comment on column ops.releases.commit_id is 'Of the checkout it was built from; with +changes where that was not committed.';
comment on column ops.releases.released_by is 'Who, at which machine.';
comment on column ops.releases.how is 'release: a new version. rollback: somebody went back to it from the version in the row before.';
