"""The alarms of the dumps: each is asked of what is there, as a job that nobody starts cannot fail."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import backup_set
import drill_history

if TYPE_CHECKING:
    from backup_set import Settings


def problems(settings: Settings, now: datetime, since: datetime) -> list[str]:
    """Everything that is too old; what was set up just now (`since`) has had no night and no Saturday yet."""
    return of_the_newest(settings, now, since) + of_the_drill(settings, now, since)


def of_the_newest(settings: Settings, now: datetime, since: datetime) -> list[str]:
    """No run that failed was told where nothing runs at all."""
    known = backup_set.backups(settings.directory)
    newest = max([since, *(backup_set.taken_at(backup) for backup in known[-1:])])
    hours = (now - newest).total_seconds() / 3600
    if hours <= settings.alarm_after_h:
        return []
    look = "see `journalctl -u darkpool-backup`, then `systemctl start darkpool-backup`"
    return [f"the newest backup is {hours:.0f} h old, more than {settings.alarm_after_h}: {look}"]


def of_the_drill(settings: Settings, now: datetime, since: datetime) -> list[str]:
    """Whether a restore was proven lately; no days are asked for where physical backups have their own look."""
    good = drill_history.last_good(settings.drill_directory)
    proven = datetime.fromisoformat(good["at"]) if good else None
    limit = now - timedelta(days=settings.alarm_drill_days)
    if not settings.alarm_drill_days or max(proven or since, since) >= limit:
        return []
    when = f"{(now - proven).days} days ago" if proven else "never"
    return [f"the last restore that was proven: {when}: `systemctl start darkpool-dump-drill`"]
