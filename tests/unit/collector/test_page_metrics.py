"""Numbers for Prometheus: what is known is told in its format, what is not known is not told."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from prometheus_client.parser import text_string_to_metric_families

from collector.jobs.host import Disk, Host
from collector.jobs.look import Spooled, Status
from collector.jobs.page.facts import NOTHING, Seen
from collector.jobs.page.metrics import text

NOW = datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc)
STATUS = Status(NOW, (), 0, (), None, None, None, spool=Spooled(2, 1, 900))
DAY = {"session": "2026-11-20", "covered": 0.25}
FEED = {
    "name": "darkpool_trades",
    "symbol": "SPY",
    "rows": 7,
    "collected_at": NOW.isoformat(),
    "state": "late",
    "days": [DAY],
}
HOST = Host(
    NOW,
    disks=(Disk("/", 100, 40, 60, 3, days_left=2.0, grows=True),),
    failed=('a"b\\c.service',),
    reboot=True,
    synchronised=True,
    offset_s=0.002,
    updates_waiting=4,
    dump_at=NOW,
    drill={"ok": False},
    certificates={"/etc/own.crt": NOW + timedelta(days=3)},
    keys={"api": NOW},
)


def numbers(status=STATUS, **known):
    """By name and labels what a scrape would find."""
    families = text_string_to_metric_families(text(Seen(status, {**NOTHING, **known})))
    return {
        (sample.name.removeprefix("darkpool_"), *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_feeds_are_told_by_feed_and_symbol():
    found = numbers(feeds=[FEED, {**FEED, "symbol": "VIX", "state": "n/a"}], known_at=NOW.isoformat())
    assert found["feed_late", "darkpool_trades", "SPY"] == 1
    assert found["feed_rows", "darkpool_trades", "SPY"] == 7
    assert found["feed_covered_ratio", "darkpool_trades", "SPY"] == 0.25
    assert found["feed_collected_timestamp_seconds", "darkpool_trades", "SPY"] == NOW.timestamp()
    assert not [key for key in found if "VIX" in key], "the vendor has no such symbol"


def test_the_machine_is_told():
    found = numbers(replace(STATUS, host=HOST))
    told = {
        ("unit_failed", 'a"b\\c.service'): 1,
        ("failed_units",): 1,
        ("reboot_needed",): 1,
        ("security_updates",): 4,
        ("disk_left_bytes", "/"): 60,
        ("disk_used_ratio", "/"): 0.4,
        ("disk_full_in_seconds", "/"): 172800,
        ("clock_synchronised",): 1,
        ("clock_offset_seconds",): 0.002,
        ("backup_timestamp_seconds", "dump"): NOW.timestamp(),
        ("drill_failed",): 1,
        ("certificate_ends_timestamp_seconds", "/etc/own.crt"): NOW.timestamp() + 259200,
        ("key_changed_timestamp_seconds", "api"): NOW.timestamp(),
        ("spool_pages",): 2,
    }
    assert {key: found.get(key) for key in told} == told


@pytest.mark.parametrize(
    "unknown",
    ["security_updates", "clock_offset_seconds", "clock_synchronised", "drill_failed", "drill_good_timestamp_seconds"],
)  # fmt: skip
def test_what_is_not_known_is_not_told(unknown):
    names = {name for name, *_ in numbers(replace(STATUS, host=Host(NOW)))}
    assert unknown not in names
    assert "looked_timestamp_seconds" in names


def test_nobody_has_looked_and_the_database_is_away_and_it_is_told_all_the_same():
    found = numbers(replace(STATUS, away="no route"))
    assert (found["database_answers",], found["market_open",]) == (0, 0)
    assert "pass_failed" not in {name for name, *_ in found}


@pytest.mark.parametrize(("outcome", "failed"), [("failed", 1), ("done", 0), ("interrupted", 0)])
def test_the_last_pass_that_ended_counts(outcome, failed):
    ended = {"finished_at": NOW.isoformat(), "outcome": outcome}
    found = numbers(runs=[{"finished_at": None, "outcome": "running"}, ended])
    assert (found["pass_failed",], found["pass_finished_timestamp_seconds",]) == (failed, NOW.timestamp())
