"""What the page shows, as numbers for Prometheus: a text file that its node exporter reads, where one runs.

What is not known is left out: a rule that looks for it says so, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from collector.jobs import machine
from collector.jobs.budget import Report
from collector.jobs.host import Host
from collector.jobs.page.facts import Seen

ALONE = ""


@dataclass(frozen=True)
class Measure:
    """What it is called after `darkpool_`, what it says, and a number for each value of its label or labels."""

    name: str
    help: str
    samples: Mapping[Any, float]
    labels: Sequence[str] = ()


def text(seen: Seen) -> str:
    """All of it in Prometheus' text format."""
    from prometheus_client import CollectorRegistry, Gauge, generate_latest  # noqa: PLC0415 - a pass loads none of it

    registry = CollectorRegistry()
    for one in measures(seen):
        if not one.samples:
            continue
        gauge = Gauge(f"darkpool_{one.name}", one.help, one.labels, registry=registry)
        for key, number in one.samples.items():
            values = (key,) if isinstance(key, str) else key
            (gauge.labels(*values) if one.labels else gauge).set(number)
    return generate_latest(registry).decode()


def measures(seen: Seen) -> Iterator[Measure]:
    """Everything that is known."""
    now = seen.now
    yield alone("database_answers", "1 while PostgreSQL answers the collector.", not now.away)
    yield alone("market_open", "1 while a session of the exchange is on.", now.market is not None)
    yield from _feeds(seen.known)
    yield from _collection(seen)
    if now.budget:
        yield from _requests(now.budget)
    if now.host:
        yield from _machine(now.host)
        yield from _kept(now.host)


def alone(name: str, told: str, number: float | None) -> Measure:
    """A metric of one number."""
    return Measure(name, told, {} if number is None else {ALONE: float(number)})


def _feeds(known: Mapping[str, Any]) -> Iterator[Measure]:
    labels = ("feed", "symbol")
    served = {(one["name"], one["symbol"]): one for one in known["feeds"] if one["state"] != "n/a"}
    late = {key: float(one["state"] == "late") for key, one in served.items()}
    collected = {
        key: datetime.fromisoformat(one["collected_at"]).timestamp()
        for key, one in served.items()
        if one["collected_at"]
    }
    rows = {key: float(one["rows"]) for key, one in served.items()}
    covered = {
        key: float(one["days"][0]["covered"])
        for key, one in served.items()
        if one["days"] and one["days"][0]["covered"] is not None
    }
    yield Measure(
        "feed_late", "1 where data was due by calendar and schedule and is not there.", late, labels
    )
    yield Measure("feed_collected_timestamp_seconds", "When it was last collected.", collected, labels)
    yield Measure("feed_rows", "Rows that were ever stored.", rows, labels)
    yield Measure(
        "feed_covered_ratio", "Of the newest session, what is proven of what is due.", covered, labels
    )


def _collection(seen: Seen) -> Iterator[Measure]:
    known, spool = seen.known, seen.now.spool
    asked = known["known_at"] and datetime.fromisoformat(known["known_at"])
    yield alone(
        "known_timestamp_seconds", "When the database said what is told of feeds.", _at(asked or None)
    )
    yield alone("quarantined_rows", "Rows that could not be parsed and wait.", known["quarantined"])
    alarms = sum(1 for one in known["drift"] if one["alarm"])
    yield alone("drift_keys", "Keys that the vendor's contract promises and that are missing.", alarms)
    yield alone("refused_feeds", "Feeds that the plan does not include.", len(known["refused"]))
    yield alone("months_missing", "Tables without next month's partition.", len(known["unready"]))
    finished = [one for one in known["runs"] if one["finished_at"]]
    last = finished[0] if finished else None
    ended = last and datetime.fromisoformat(last["finished_at"])
    yield alone("pass_finished_timestamp_seconds", "When the last pass ended.", _at(ended or None))
    yield alone(
        "pass_failed", "1 where the last pass failed.", float(last["outcome"] == "failed") if last else None
    )
    if spool:
        yield alone("spool_pages", "Pages that wait for the database.", spool.pages)
        yield alone("spool_damaged_pages", "Pages that wait for a person.", spool.damaged)
        yield alone("spool_bytes", "What waits takes so much.", spool.bytes)


def _requests(found: Report) -> Iterator[Measure]:
    windows = {"day": found.day, "minute": found.minute}
    used = {name: float(limit.used) for name, limit in windows.items()}
    most = {name: float(limit.limit) for name, limit in windows.items()}
    refused = {kind: float(number) for kind, number in machine.refusals(found).items()}
    yield Measure("requests_used", "Requests spent of the limit.", used, ("window",))
    yield Measure("requests_limit", "How many there may be.", most, ("window",))
    yield Measure("requests_refused", "Of today, by what the vendor answered.", refused, ("answer",))
    yield alone(
        "feeds_left_alone", "Feeds that are not asked for a while, as they failed.", len(found.breakers)
    )


def _machine(found: Host) -> Iterator[Measure]:
    by_path = {one.path: one for one in found.disks}
    left = {path: float(one.left) for path, one in by_path.items()}
    used = {path: one.percent / 100 for path, one in by_path.items()}
    inodes = {path: one.inodes_percent / 100 for path, one in by_path.items()}
    days = {
        path: timedelta(days=one.days_left).total_seconds()
        for path, one in by_path.items()
        if one.days_left is not None
    }
    yield alone("looked_timestamp_seconds", "When the machine was looked at.", _at(found.looked_at))
    yield Measure("disk_left_bytes", "Room on the disk.", left, ("path",))
    yield Measure("disk_used_ratio", "How full the disk is.", used, ("path",))
    yield Measure("disk_inodes_used_ratio", "How many of its files it has.", inodes, ("path",))
    yield Measure("disk_full_in_seconds", "Until full, at the pace of two weeks.", days, ("path",))
    yield alone("failed_units", "Units that failed.", len(found.failed))
    failed = dict.fromkeys(found.failed, 1.0)
    yield Measure("unit_failed", "1 for each unit that failed and has not worked since.", failed, ("unit",))
    yield alone("clock_synchronised", "1 while the clock is kept right.", found.synchronised)
    yield alone("clock_offset_seconds", "How far it is off.", found.offset_s)
    yield alone("reboot_needed", "1 where an update waits for a restart.", found.reboot)
    yield alone("security_updates", "Security updates that wait.", found.updates_waiting)
    yield alone("updates_timestamp_seconds", "When updates were last looked for.", _at(found.updates_at))


def _kept(found: Host) -> Iterator[Measure]:
    made = {"dump": found.dump_at, "physical": found.physical_at}
    backups = {kind: at.timestamp() for kind, at in made.items() if at}
    ends = {path: end.timestamp() for path, end in found.certificates.items()}
    keys = {name: at.timestamp() for name, at in found.keys.items()}
    yield Measure("backup_timestamp_seconds", "When the last backup was finished.", backups, ("kind",))
    yield alone("drill_good_timestamp_seconds", "When a restore was last proven.", _at(found.good_drill_at))
    failed = float(not found.drill.get("ok")) if found.drill else None
    yield alone("drill_failed", "1 where the last drill failed.", failed)
    yield Measure("certificate_ends_timestamp_seconds", "Until when it is good.", ends, ("path",))
    yield Measure("key_changed_timestamp_seconds", "When the key was last replaced.", keys, ("key",))


def _at(time: datetime | None) -> float | None:
    return time.timestamp() if time else None
