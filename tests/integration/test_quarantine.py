"""Rows that could not be read wait, are shown, and are stored once a release can read them."""

import fcntl
import json
from datetime import datetime, timezone
from pathlib import Path

import pytest

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
FETCHED = datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc)
PRINTS = json.loads((FIXTURES / "darkpool_trades.json").read_text())["data"]
STRIKES = json.loads((FIXTURES / "flow_per_strike.json").read_text())


@pytest.fixture
def waiting(database):
    """Puts a row where an earlier release would have put it; its id."""
    database.ask("insert into ops.runs (run_id, started_at, release) values ('r1', now(), '0.0')")

    def put(raw, feed="darkpool_trades", reason="size is missing", session_date="2026-11-20"):
        text = json.dumps(raw)
        return database.one(
            """insert into ops.quarantine (run_id, feed, symbol, session_date, fetched_at, reason, raw, raw_sha256)
               values ('r1', %s, 'SPY', %s, %s, %s, %s, md5(%s)) returning id""",
            feed,
            session_date,
            FETCHED,
            reason,
            text,
            text,
        )

    return put


def prints(database):
    return database.one("select count(*) from trading.darkpool_trades")


def test_a_replayed_row_is_stored_as_the_pass_of_its_time_would_have(collector, database, waiting):
    waiting(PRINTS[0])
    waiting(STRIKES[0], "flow_per_strike")
    done = collector("quarantine", "replay")
    assert (done.returncode, done.stderr) == (0, "")
    assert "replayed 2 of 2" in done.stdout
    assert database.ask("select size, collection_time from trading.darkpool_trades") == [
        (PRINTS[0]["size"], FETCHED)
    ]
    assert database.ask("select session_date::text, collected_at from trading.options_flow") == [
        ("2026-11-20", FETCHED)
    ]
    marks = database.ask("select replayed_at > now() - interval '1 minute', still_wrong from ops.quarantine")
    assert marks == [(True, None)] * 2


def test_a_row_is_replayed_once_and_stays_for_ever(collector, database, waiting):
    waiting(PRINTS[0])
    collector("quarantine", "replay")
    before = database.ask("select * from ops.quarantine")
    assert "replayed 0 of 0" in collector("quarantine", "replay").stdout
    assert database.ask("select * from ops.quarantine") == before
    assert prints(database) == 1


def test_a_row_that_is_still_wrong_waits_on_with_todays_reason(collector, database, waiting):
    good, bad = waiting(PRINTS[0]), waiting({**PRINTS[1], "price": "dear"}, reason="old reason")
    gone = waiting(PRINTS[2], "a_feed_that_is_gone")
    done = collector("quarantine", "replay")
    assert "replayed 1 of 3" in done.stdout
    assert "1 still wrong: price is not a number" in done.stdout
    found = database.ask("select id, replayed_at is null, still_wrong from ops.quarantine order by id")
    assert found == [
        (good, False, None),
        (bad, True, "price is not a number"),
        (gone, True, "a_feed_that_is_gone is not a feed of this release"),
    ]
    assert database.one("select reason from ops.quarantine where id = %s", bad) == "old reason"


def test_a_row_that_only_postgresql_refuses_waits_on_and_is_not_quarantined_twice(
    collector, database, waiting
):
    database.ask("alter table trading.darkpool_trades add check (size < 5)")
    waiting(PRINTS[0])
    assert "replayed 0 of 1" in collector("quarantine", "replay").stdout
    ((replayed_at, wrong),) = database.ask("select replayed_at, still_wrong from ops.quarantine")
    assert replayed_at is None
    assert "violates check constraint" in wrong


def test_the_row_and_its_mark_are_one_transaction(collector, database, waiting):
    waiting(PRINTS[0])
    database.ask("revoke update on ops.quarantine from collector")
    database.ask("revoke update (replayed_at, replayed_by, still_wrong) on ops.quarantine from collector")
    assert collector("quarantine", "replay").returncode == 1
    assert prints(database) == 0
    assert database.one("select count(*) from ops.ledger") == 0


def test_the_replay_is_a_run_of_its_own_in_the_ledger(collector, database, waiting):
    waiting(PRINTS[0])
    collector("quarantine", "replay")
    assert database.ask("select requests, stored, quarantined, outcome from ops.ledger") == [
        (0, 1, 0, "done")
    ]
    assert database.one("select message from ops.runs order by started_at desc limit 1").startswith(
        "replayed 1 of 1"
    )


def test_only_the_named_rows_or_feed_are_replayed(collector, database, waiting):
    first, second = waiting(PRINTS[0]), waiting(PRINTS[1])
    waiting(STRIKES[0], "flow_per_strike")
    collector("quarantine", "replay", str(second))
    collector("quarantine", "replay", "--feed", "flow_per_strike")
    assert database.ask("select id from ops.quarantine where replayed_at is null") == [(first,)]
    wrong = collector("quarantine", "replay", str(first), str(second))
    assert wrong.returncode == 1
    assert f"no row {second} waits" in wrong.stderr
    assert prints(database) == 1


def test_while_a_pass_is_at_work_nothing_is_replayed(collector, database, waiting, tmp_path):
    waiting(PRINTS[0])
    with (tmp_path / "run.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = collector("quarantine", "replay")
    assert done.returncode == 1
    assert "a pass is at work" in done.stderr
    assert prints(database) == 0


def test_the_list_fits_80_columns_and_filters(collector, waiting):
    for number in range(45):
        waiting({**PRINTS[0], "note": number}, reason=f"a reason of many words {'and more ' * 8}{number}")
    other = waiting(STRIKES[0], "flow_per_strike", reason="strike is missing")
    lines = collector("quarantine", "list").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert f"{other:>8}" in lines[1]
    assert "and 6 older" in lines[-2]
    assert "collector quarantine replay" in lines[-1]
    found = json.loads(collector("quarantine", "list", "--reason", "STRIKE", "--json").stdout)
    assert [row["id"] for row in found] == [other]
    assert collector("quarantine", "list", "--symbol", "QQQ").stdout == "nothing waits in quarantine\n"
    assert (
        len(json.loads(collector("quarantine", "list", "--feed", "darkpool_trades", "--json").stdout)) == 45
    )


def test_a_replayed_row_leaves_the_list_but_not_the_archive(collector, waiting):
    number = waiting(PRINTS[0])
    collector("quarantine", "replay")
    assert "nothing waits" in collector("quarantine", "list").stdout
    assert "replayed" in collector("quarantine", "list", "--all").stdout
    shown = collector("quarantine", "show", str(number)).stdout
    assert "SPY, session 2026-11-20: replayed" in shown
    assert json.loads(shown.splitlines()[-1]) == PRINTS[0]
    assert collector("quarantine", "show", "999").returncode == 1


def test_an_old_row_without_session_belongs_to_the_new_york_date_of_its_fetch(collector, database, waiting):
    waiting(STRIKES[0], "flow_per_strike", session_date=None)
    collector("quarantine", "replay")
    assert database.one("select session_date::text from trading.options_flow") == "2026-11-20"


def test_a_print_of_another_day_goes_to_its_own_session(collector, database, waiting):
    waiting(PRINTS[0], session_date="2026-11-19")
    collector("quarantine", "replay")
    assert database.one("select session_date::text from ops.ledger") == "2026-11-20"
    assert prints(database) == 1


def test_a_replay_leaves_coverage_as_it_is(collector, database, waiting):
    waiting(PRINTS[0])
    collector("quarantine", "replay")
    assert database.one("select bool_and(isempty(covered) and isempty(settled)) from ops.coverage")


def test_status_counts_what_waits_and_not_what_was_replayed(collector, waiting):
    waiting(PRINTS[0])
    waiting(PRINTS[1], "a_feed_that_is_gone")
    assert "2 rows wait in quarantine: see `collector quarantine list`" in collector("status").stdout
    collector("quarantine", "replay")
    assert "1 row waits in quarantine" in collector("status").stdout
