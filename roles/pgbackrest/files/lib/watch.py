"""The alarms of the physical backups: each is asked of what is there, as a job that nobody starts cannot fail."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import drill_history
import repository
from backup_set import BackupError

if TYPE_CHECKING:
    from physical_settings import Settings

# Ready: written, and not yet in every repository. One line: on, waiting bytes, age of the oldest, last archived.
ARCHIVER = """
select json_build_object(
    'mode', current_setting('archive_mode'),
    'timeout_s', (select setting::int from pg_settings where name = 'archive_timeout'),
    'waiting', (select count(*) from waiting) * pg_size_bytes(current_setting('wal_segment_size')),
    'oldest_s', coalesce((select extract(epoch from now() - min(modification)) from waiting), 0),
    'archived', coalesce(substring(a.last_archived_wal from '^[0-9A-F]{24}'), ''),
    'failing', coalesce(a.last_failed_time > a.last_archived_time, a.last_failed_time is not null))
from pg_stat_archiver a
"""
WAITING = "with waiting as (select modification from pg_catalog.pg_ls_archive_statusdir() where name like '%.ready') "


def problems(settings: Settings, now: datetime) -> tuple[list[str], list[repository.Repository]]:
    """Everything that is wrong, each with what to do; and the repositories, as far as they answer."""
    archiver = json.loads(repository.called([*settings.psql, "-XAtc", WAITING + ARCHIVER]))
    places, silent = answering(settings)
    # What was written just now has had no night yet.
    since = datetime.fromtimestamp(settings.file.stat().st_mtime, timezone.utc)
    found = of_the_archive(settings, archiver) + silent
    for place in places:
        found += of_a_repository(settings, place, archiver["archived"], now, since)
    return found + of_the_drill(settings, now, since), places


def answering(settings: Settings) -> tuple[list[repository.Repository], list[str]]:
    """The repositories, or why nothing is known of them: what PostgreSQL says is told all the same."""
    try:
        return repository.known(settings, hasty=True), []
    except (BackupError, ValueError) as error:
        return [], [f"the repositories cannot be read: {error}"]


def of_the_archive(settings: Settings, archiver: dict[str, object]) -> list[str]:
    """Whether each segment leaves the server soon."""
    found = []
    waiting_mb, oldest_s = int(str(archiver["waiting"])) >> 20, float(str(archiver["oldest_s"]))
    look = "see `journalctl -u darkpool-pgbackrest` and PostgreSQL's log"
    if archiver["mode"] != "on" or not archiver["timeout_s"]:
        found.append(
            "PostgreSQL archives nothing (archive_mode, archive_timeout): `make deploy` writes it again"
        )
    if oldest_s > settings.alarm_archive_s:
        found.append(f"write-ahead log waits for {oldest_s:.0f} s to be archived, the disk fills: {look}")
    if waiting_mb > settings.alarm_waiting_mb:
        found.append(f"{waiting_mb} MiB of write-ahead log wait to be archived, the disk fills: {look}")
    return found


def of_a_repository(
    settings: Settings, place: repository.Repository, archived: str, now: datetime, since: datetime
) -> list[str]:
    """Whether a repository is well, new enough, and has what PostgreSQL believes to be in it."""
    name = f"repository {place.number}"
    if not place.answers:
        return [f"{name} does not answer: {place.problem}"]
    limit = now - timedelta(hours=settings.alarm_backup_h)
    newest = place.backups[-1].taken_at if place.backups else None
    found = []
    if place.problem and (newest or since < limit):
        found.append(f"{name}: {place.problem}")
    if max(newest or since, since) < limit:
        old = f"is {(now - newest).total_seconds() / 3600:.0f} h old" if newest else "was never made"
        found.append(f"{name}: the newest backup {old}: `systemctl start darkpool-pgbackrest`")
    # Verify is content with a copy of the repository from last week.
    if archived and place.newest_wal < archived:
        found.append(
            f"{name} ends at {place.newest_wal or 'nothing'}, PostgreSQL archived up to {archived}: it is an old"
            " copy, or somebody deletes from it"
        )
    return found


def of_the_drill(settings: Settings, now: datetime, since: datetime) -> list[str]:
    """Whether a restore was proven lately."""
    good = drill_history.last_good(settings.drill_directory)
    proven = datetime.fromisoformat(good["at"]) if good else None
    if max(proven or since, since) >= now - timedelta(days=settings.alarm_drill_days):
        return []
    when = f"{(now - proven).days} days ago" if proven else "never"
    return [f"the last restore that was proven: {when}: `systemctl start darkpool-restore-drill`"]
