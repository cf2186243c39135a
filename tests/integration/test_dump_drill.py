"""The weekly drill of a dump: green only where all that is owed comes back, and nothing of it stays."""

import json
import os
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from dumped import Dumps, sums

NOW = datetime.now(timezone.utc)
CLOSED = "delete from ops.market_sessions where now() between opens_at and options_close_at"
OPEN = """
insert into ops.market_sessions values
    ('2026-11-22', now() - interval '1 hour', now() + interval '1 hour', now() + interval '75 minutes')
"""
SCRATCH = "select count(*) from pg_database where datname = 'darkpool_drill'"


@pytest.fixture
def dumps(database):
    # Not in pytest's own folder, which the server's account may not enter.
    with tempfile.TemporaryDirectory(prefix="dumps") as folder:
        Path(folder).chmod(0o755)
        made = Dumps(database, Path(folder))
        made.told()
        database.ask(CLOSED)
        yield made


def shorter(backup, by, *, summed=False):
    dump = backup / "darkpool.dump"
    os.truncate(dump, dump.stat().st_size - by)
    if summed:
        sums(backup)


def emptied(backup):
    (backup / "darkpool.dump").write_bytes(b"")
    sums(backup)


DAMAGES = {
    "cut short": (lambda backup: shorter(backup, 20), "changed since it was written"),
    "cut short before its sum was taken": (lambda backup: shorter(backup, 20, summed=True), "pg_restore"),
    "empty from the start": (emptied, "pg_restore"),
    "gone": (lambda backup: (backup / "darkpool.dump").unlink(), "not a whole backup"),
    "a note that cannot be read": (
        lambda backup: ((backup / "manifest.json").write_text("{"), sums(backup)), "Expecting"
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_dump_turns_the_drill_red_and_nothing_of_it_stays(dumps, damage):
    backup = dumps.make()
    harm, complaint = DAMAGES[damage]
    harm(backup)

    drilled = dumps.program("drill")

    assert (drilled.returncode, complaint in drilled.stderr) == (1, True), drilled.stderr
    (line,) = dumps.history()
    assert (line["ok"], complaint in line["problem"]) == (False, True), line
    assert dumps.database.one(SCRATCH) == 0
    assert dumps.program("list").stdout.count("FAILED") == (damage != "a note that cannot be read")


@pytest.mark.slow
def test_what_was_acknowledged_and_does_not_come_back_turns_the_drill_red_also_after_one_that_was_killed(
    dumps,
):
    dumps.database.server.execute("create database darkpool_drill")
    dumps.acknowledged(NOW - timedelta(hours=9), 5, "NOSUCH")
    dumps.make(NOW - timedelta(hours=8))
    drilled = dumps.program("drill")
    assert drilled.returncode == 1
    (line,) = dumps.history()
    assert (line["ok"], "NOSUCH 2026-11-20: 5 rows were acknowledged" in line["problem"]) == (False, True), (
        line
    )
    assert dumps.database.one(SCRATCH) == 0


def test_no_dump_at_all_is_a_red_drill_too(dumps):
    assert dumps.program("drill").returncode == 1
    assert ["no backup in" in line["problem"] for line in dumps.history()] == [True]


def test_without_room_nothing_is_restored_and_the_drill_is_red(dumps):
    dumps.make()
    dumps.told(min_free_mb=1 << 30)
    drilled = dumps.program("drill")
    assert (drilled.returncode, "free some first" in drilled.stderr) == (1, True), drilled.stderr
    assert [line["ok"] for line in dumps.history()] == [False]


def test_while_the_market_is_open_nothing_is_restored_and_nothing_is_said_of_the_dump(dumps):
    dumps.database.ask(OPEN)
    refused = dumps.program("drill")
    assert (refused.returncode, "the market is open until" in refused.stderr) == (1, True), refused.stderr
    assert dumps.history() == []


def aged(dumps, days):
    moment = (NOW - timedelta(days=days)).timestamp()
    os.utime(dumps.home / "settings", (moment, moment))


@pytest.mark.parametrize(
    ("days", "code", "said"),
    [
        ([10], 1, "that was proven: 10 days ago"),
        ([8], 0, "at most 30 h old"),
        ([], 1, "that was proven: never"),
    ],
)
def test_the_alarm_rings_once_no_restore_was_proven_for_nine_days(dumps, days, code, said):
    dumps.named()
    for ago in days:
        line = {"at": (NOW - timedelta(days=ago)).isoformat(), "ok": True, "backup": "darkpool-x"}
        (dumps.home / "drill/history.jsonl").write_text(json.dumps(line) + "\n")
    aged(dumps, 40)
    looked = dumps.program("age")
    assert (looked.returncode, said in looked.stdout + looked.stderr) == (code, True), looked.stderr


def test_a_drill_that_failed_proves_nothing_to_the_alarm(dumps):
    dumps.named()
    line = {"at": NOW.isoformat(), "ok": False, "problem": "rows are missing"}
    (dumps.home / "drill/history.jsonl").write_text(json.dumps(line) + "\n")
    aged(dumps, 40)
    looked = dumps.program("age")
    assert (looked.returncode, "that was proven: never" in looked.stderr) == (1, True), looked.stderr


def test_a_schedule_that_began_just_now_has_had_no_saturday_yet(dumps):
    dumps.named()
    assert dumps.program("age").returncode == 0


def test_where_physical_backups_have_their_own_look_the_dumps_one_asks_for_no_drill(dumps):
    dumps.named()
    dumps.told(alarm_drill_days=0)
    aged(dumps, 40)
    assert dumps.program("age").returncode == 0


def test_both_that_are_too_old_are_said_at_once(dumps):
    aged(dumps, 40)
    said = dumps.program("age").stderr
    assert ("h old, more than 30" in said, "that was proven: never" in said) == (True, True), said
