"""A captured week against files of FINRA: what agrees, what is missing, what is too much, and from the archive."""

import json
from contextlib import closing
from datetime import date, datetime, timedelta, timezone

import pytest
from analysed import analysis, answer, fits, inside

from collector.jobs import retain
from collector.store import database as door

MONDAY = date(2026, 11, 16)
LONG_AGO = date(2023, 5, 15)
CALENDAR = "insert into ops.market_sessions values (%s, %s, %s, %s)"
COVERAGE = (
    "insert into ops.coverage (feed, symbol, session_date, covered, collected_at)"
    " values (%s, %s, %s, %s::tstzmultirange, %s)"
)
LEVEL = (
    "insert into trading.price_levels (symbol, session_date, level_type, price, dark_volume, lit_volume, collected_at)"
    " values (%s, %s, %s, %s, %s, 7, %s)"
)
PRINT = (
    "insert into trading.darkpool_trades (tracking_id, symbol, size, price, volume, premium, executed_at,"
    " collection_time, canceled, missing_since) values (%s, %s, 40, 10, %s, 400, %s, %s, %s, %s)"
)


def put_week(database, monday):
    """Each session has 100 shares at each of two prices, and prints of 40; all hours are covered."""
    days = [monday + timedelta(days=number) for number in range(5)]
    for table in ("price_levels", "darkpool_trades"):
        database.ask("select ops.make_partitions(%s, %s::date[])", table, days)
    for number, day in enumerate(days):
        night = datetime(day.year, day.month, day.day, 2, tzinfo=timezone.utc) + timedelta(days=1)
        tape = f"{{[{day} 08:00+00, {day + timedelta(days=1)} 01:00+00)}}"
        for symbol in ("SPY", "QQQ"):
            database.ask(COVERAGE, "darkpool_trades", symbol, day, tape, night)
            database.ask(COVERAGE, "darkpool_price_levels", symbol, day, "{}", night)
        for price in (10, 11):
            database.ask(LEVEL, "SPY", day, "darkpool", price, 100, night)
            database.ask(LEVEL, "SPY", day, "stock_volume", price, 5000, night)
        # One that counts, one that was canceled, one that the vendor no longer shows.
        for copy, (canceled, missing) in enumerate(((False, None), (True, None), (False, night))):
            at = 10 * number + copy
            database.ask(PRINT, at, "SPY", at, f"{day} 20:00Z", night, canceled, missing)


@pytest.fixture
def week(database):
    put_week(database, MONDAY)
    return database


def finra(folder, ats, otc, symbol="SPY", week=MONDAY):
    rows = [
        {
            "summaryTypeCode": kind,
            "weekStartDate": str(week),
            "issueSymbolIdentifier": symbol,
            "totalWeeklyShareQuantity": shares,
            "lastUpdateDate": "2026-11-30",
        }
        for kind, shares in (("ATS_W_SMBL", ats), ("OTC_W_SMBL", otc))
        if shares is not None
    ]
    (folder / f"{symbol}-{week}.json").write_text(json.dumps(rows))
    return ("audit", "--finra", str(folder))


@pytest.mark.slow
def test_a_whole_week_agrees_and_says_what_part_the_prints_are(week, tmp_path):
    found = answer(week, *finra(tmp_path, 300, 720))

    assert (found["judged"], found["bad"], found["no_line_of"]) == (1, 0, ["QQQ"])
    assert found["weeks"] == [
        {
            "symbol": "SPY",
            "week": "2026-11-16",
            "finra_ats": "300",
            "finra_non_ats": "720",
            "dark_volume": "1000",
            "prints_volume": "200",
            "outcome": "agrees",
            "why": "",
        }
    ]
    text = fits(analysis(week, *finra(tmp_path, 300, 720)))
    assert "1 of 1 weeks could be judged, 1 agree within 5 %:" in text
    assert "SPY 2026-11-16 1,020 98.0% 19.6% agrees" in text
    assert "No line of QQQ in the folder." in text


@pytest.mark.slow
def test_volume_that_is_not_here_is_found_and_the_exit_code_says_so(week, tmp_path):
    words = finra(tmp_path, 500, 720)

    done = inside(week, *words)

    assert done.returncode == 1
    assert "1 of 1 weeks could be judged, 0 agree" in done.stdout
    assert "TOO LITTLE" in done.stdout
    assert inside(week, *words, "--tolerance", "20").returncode == 0


@pytest.mark.slow
def test_prints_that_are_stored_twice_are_found(week, tmp_path):
    week.ask("update trading.darkpool_trades set size = 1000 where tracking_id = 0")

    done = inside(week, *finra(tmp_path, 300, 720))

    assert done.returncode == 1
    assert "some are stored twice" in " ".join(done.stdout.split())


@pytest.mark.slow
def test_a_hole_is_named_and_a_week_with_one_is_not_judged(week, tmp_path):
    week.ask(
        "update ops.coverage set covered = '{}' where feed = 'darkpool_trades' and session_date = '2026-11-18'"
    )
    week.ask(
        "update ops.coverage set collected_at = '2026-11-19 17:00Z' where feed = 'darkpool_price_levels'"
        " and symbol = 'SPY' and session_date = '2026-11-19'"
    )

    done = inside(week, *finra(tmp_path, 600, 720))

    said = " ".join(done.stdout.split())
    assert done.returncode == 1
    assert "0 of 1 weeks could be judged" in said
    assert "prints of 2026-11-18: nothing was collected" in said
    assert "dark volume of 2026-11-19: last fetched at 12:00:00, before its end" in said


@pytest.mark.slow
def test_one_side_of_finra_alone_is_not_judged_and_a_week_outside_the_calendar_neither(week, tmp_path):
    finra(tmp_path, 10, 10, week=date(1999, 11, 15))
    done = inside(week, *finra(tmp_path, 300, None))

    said = " ".join(done.stdout.split())
    assert done.returncode == 1
    assert "0 of 2 weeks could be judged" in said
    assert "FINRA's non-ATS volume of that week is not in the folder" in said
    assert "the calendar has no session of that week" in said


@pytest.mark.slow
def test_a_folder_without_a_line_of_what_is_collected_is_no_agreement(week, tmp_path):
    done = inside(week, *finra(tmp_path, 1, 1, "IBM"))
    assert (done.returncode, done.stdout) == (1, f"{tmp_path} has no line of QQQ, SPY\n")

    done = inside(week, "audit", "--finra", str(tmp_path / "elsewhere"))
    assert done.returncode == 1
    assert "has no file of FINRA's weekly OTC volume" in done.stderr
    assert inside(week, *finra(tmp_path, 1, 1), "--tolerance", "0").returncode == 2


@pytest.mark.slow
def test_an_archived_week_says_the_same(database, tmp_path):
    for number in range(5):
        day = LONG_AGO + timedelta(days=number)
        database.ask(CALENDAR, day, f"{day} 13:30Z", f"{day} 20:00Z", f"{day} 20:15Z")
    put_week(database, LONG_AGO)
    words = finra(tmp_path, 300, 720, week=LONG_AGO)
    before = json.loads(inside(database, *words, "--json").stdout)
    for table in ("darkpool_trades", "price_levels"):
        database.ask("insert into ops.retention values (%s, 24, null, true, now())", table)
    with closing(door.keeper(database.dsn("collector"))) as connection:
        for unit in retain.due(connection):
            list(retain.steps(connection, unit, tmp_path / "archive"))

    assert database.one("select count(*) from trading.darkpool_trades") == 0
    assert database.one("select count(*) from trading.price_levels") == 0
    assert (
        json.loads(inside(database, *words, "--json", "--archive", str(tmp_path / "archive")).stdout)
        == before
    )
