"""The commands on rows that were put there by hand, so each answer can be said beforehand."""

import json
import os
import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from collector.store import files

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 20)
OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=timezone.utc)
NIGHT = OPEN + timedelta(hours=7)
BAR = (
    "insert into trading.bars (symbol, session_date, candle, starts_at, ends_at, open, high, low, close, volume,"
    " market_time, collected_at) values ('SPY', %s, '1m', %s, %s, %s, %s, %s, %s, 100, %s, %s)"
)
METRIC = (
    "insert into trading.market_metrics (symbol, metric_type, value, timestamp, collected_at)"
    " values ('SPY', %s, %s, %s, %s)"
)
FLOW = (
    "insert into trading.options_flow (symbol, strike, expiry, flow_type, premium, contract_size, collected_at,"
    " record_id, session_date, executed_at, detail) values ('SPY', %s, %s, %s, 1, 1, %s, %s, %s, %s, %s)"
)
PRINT = (
    "insert into trading.darkpool_trades (tracking_id, symbol, size, price, volume, premium, executed_at,"
    " trf_executed_at, nbbo_bid, nbbo_ask, collection_time) values (%s, 'SPY', %s, 10, %s, %s, %s, %s, 9.99, 10.01, %s)"
)


def analysis(database, *words: str, cwd=None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "analysis", *words],
        text=True,
        capture_output=True,
        env={"PATH": os.environ["PATH"], "ANALYSIS_DSN": database.dsn("analyst"), "PYTHONPATH": str(ROOT)},
        cwd=cwd,
        check=False,
    )


def answer(database, *words: str, cwd=None):
    done = analysis(database, *words, "--json", cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout, parse_float=Decimal)


def fits(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    return " ".join(done.stdout.split())


def put_flow(database, session: date, at: datetime, days: int, **sums: int) -> None:
    keys = [
        f"{right}_{what}"
        for right in ("call", "put")
        for what in ("premium", "volume", "otm_premium", "otm_volume")
    ]
    keys += [f"{right}_premium_{side}_side" for right in ("call", "put") for side in ("ask", "bid")]
    detail = json.dumps({key: str(sums.get(key, 0)) for key in keys})
    expiry = session + timedelta(days=days)
    database.ask(FLOW, None, expiry, "per_expiry", at, f"{expiry}@{at}", session, None, detail)


def put_bar(database, at: datetime, price: float, known_at: datetime, market_time: str = "r") -> None:
    database.ask(BAR, at.date(), at, at + timedelta(minutes=1), *[price] * 4, market_time, known_at)


def test_flow_is_of_the_newest_fetch_and_by_days_to_expiry(database):
    put_flow(database, DAY, OPEN, 0, call_premium=999, call_premium_ask_side=999)
    put_flow(
        database,
        DAY,
        NIGHT,
        0,
        call_premium=100,
        call_premium_ask_side=70,
        call_premium_bid_side=20,
        call_volume=4,
    )
    put_flow(
        database,
        DAY,
        NIGHT,
        7,
        put_premium=60,
        put_premium_ask_side=10,
        put_premium_bid_side=40,
        put_volume=2,
    )
    marks = {
        "type": "put",
        "has_sweep": True,
        "all_opening_trades": False,
        "total_ask_side_prem": "9",
        "total_bid_side_prem": "1",
    }
    database.ask(FLOW, 600, DAY, "alert", OPEN, "a", DAY, OPEN, json.dumps(marks))

    found = answer(database, "flow", "spy")

    assert (found["bullish_premium"], found["premium"]) == ("80", "160")
    assert {row["bucket"]: row["call_volume"] for row in found["by_expiry"]}["today"] == "4"
    assert {row["kind"]: row["bullish"] for row in found["alerts"]} == {
        "sweeps": "-8",
        "opening": "0",
        "opening sweeps": "0",
        "all": "-8",
    }
    assert "bullish $80 (+57.1% of what has a side)" in fits(
        analysis(database, "flow", "SPY", "--date", str(DAY))
    )


def test_the_dark_share_is_of_the_levels_that_know_all_venues(database):
    levels = (
        "insert into trading.price_levels (symbol, session_date, level_type, price, dark_volume, lit_volume,"
        " collected_at)"
    )
    for kind, price, dark, lit in (
        ("darkpool", 600, 300, 700),
        ("darkpool", 601, 100, 100),
        ("stock_volume", 600, 9, 1),
    ):
        database.ask(f"{levels} values ('SPY', %s, %s, %s, %s, %s, %s)", DAY, kind, price, dark, lit, NIGHT)

    found = answer(database, "dark-share", "SPY", "--date", str(DAY))

    assert (found["dark_volume"], found["lit_volume"]) == ("400", "800")
    assert Decimal(found["dark_share"]) == pytest.approx(Decimal(1) / 3)
    assert "33.3% of 1,200 shares traded dark" in fits(
        analysis(database, "dark-share", "SPY", "--date", str(DAY))
    )


def put_print(database, number: int, at: datetime, size: int, known_at: datetime | None = None) -> None:
    executed = at - timedelta(seconds=60 if number % 2 else 1)
    database.ask(PRINT, number, size, number, size * 10, at, executed, known_at or at + timedelta(minutes=1))


def test_blocks_are_large_for_the_days_before(database):
    for number in range(200):
        put_print(database, number, OPEN - timedelta(days=1, seconds=-number), number + 1)
    put_print(database, 1000, OPEN + timedelta(minutes=2), 500)
    put_print(database, 1001, OPEN + timedelta(minutes=3), 150)
    put_bar(database, OPEN, 8, NIGHT)

    found = answer(database, "blocks", "SPY")

    assert [(row["size"], Decimal(row["distance"])) for row in found["blocks"]] == [("500", 2500)]
    text = fits(analysis(database, "blocks", "SPY"))
    assert "1 blocks among 2 prints" in text
    assert "1 prints came more than 10 seconds late" in text


def test_blocks_without_a_past_say_so(database):
    put_print(database, 1, OPEN, 500)
    done = analysis(database, "blocks", "SPY")
    assert done.returncode == 1
    assert "0 earlier prints are too few" in done.stdout


def put_minutes(database, lead: int) -> None:
    """Ninety minutes in which net premium moves the price `lead` minutes later."""
    rng = np.random.default_rng(51)
    net = rng.standard_normal(90)
    price = 600 * np.exp(np.cumsum(np.concatenate([np.zeros(lead), net[: 90 - lead]])) / 1000)
    for minute in range(90):
        at = OPEN + timedelta(minutes=minute)
        put_bar(database, at, float(price[minute]), NIGHT)
        database.ask(METRIC, "net_prem_net_call_premium", float(net[minute]), at, NIGHT)
        database.ask(METRIC, "net_prem_net_put_premium", 0, at, NIGHT)


def test_a_lead_that_was_put_there_is_found_by_the_command(database):
    put_minutes(database, lead=3)

    found = answer(database, "lead-lag", "SPY")

    assert "flow moves 3 before price" in found["verdict"]
    assert sorted(map(int, found["lags"])) == list(range(-10, 11))
    assert "flow moves 3 before price" in fits(analysis(database, "lead-lag", "SPY"))
    assert "No evidence" in answer(database, "lead-lag", "SPY", "--pair", "dark-flow")["verdict"]


SESSIONS = 140


def put_history(database, effect: float) -> None:
    """Sessions of each calendar day; a high bullish share moves the session after the next opening by `effect`."""
    rng = np.random.default_rng(61)
    bought = rng.random(SESSIONS).tolist()
    price = 600.0
    for day in range(SESSIONS):
        at = OPEN + timedelta(days=day)
        put_bar(database, at, price, at + timedelta(hours=1))
        put_flow(
            database,
            at.date(),
            at + timedelta(hours=7),
            5,
            call_premium_ask_side=int(1e6 * bought[day]) + 1,
            call_premium_bid_side=int(1e6 * (1 - bought[day])),
        )
        price *= 1 + 0.001 * float(rng.standard_normal())
        before = bought[max(0, day - 20) : day]
        if day >= 20 and max(before) == before[-1]:
            price *= 1 + effect


def backtest(*more: str) -> tuple[str, ...]:
    return ("backtest", "bullish_flow", "SPY", "--since", str(DAY), "--until", "2027-12-31", *more)


def test_an_effect_that_was_put_there_earns_and_a_trial_is_counted_once(database, tmp_path):
    put_history(database, effect=0.02)

    first, second = (answer(database, *backtest(), cwd=tmp_path) for _ in range(2))

    assert first == second
    assert first["evidence"] is True
    assert first["sessions"] == SESSIONS - 1
    assert first["trials"] == 1
    assert len((tmp_path / "trials.jsonl").read_text().splitlines()) == 2
    assert answer(database, *backtest("--limit", "0.5"), cwd=tmp_path)["trials"] == 2
    assert "after costs" in fits(analysis(database, *backtest(), cwd=tmp_path))


def test_without_an_effect_the_words_are_no_evidence(database, tmp_path):
    put_history(database, effect=0.0)
    assert "No evidence" in fits(analysis(database, *backtest(), cwd=tmp_path))


def test_what_was_backfilled_later_was_not_known_then(database, tmp_path):
    put_history(database, effect=0.02)
    database.ask("update trading.options_flow set collected_at = '2028-01-01'")

    done = analysis(database, *backtest(), cwd=tmp_path)

    assert done.returncode == 1
    assert "the rule knew enough at 0 of them" in done.stdout
    assert f"{SESSIONS} of {SESSIONS} facts were collected more than four days after" in done.stdout
    assert not (tmp_path / "trials.jsonl").exists()


def test_signals_say_their_version_and_as_of_when(database):
    put_history(database, effect=0.0)
    for day in range(6):
        at = OPEN + timedelta(days=SESSIONS - 6 + day)
        database.ask(METRIC, "iv_rank", (70, 66, 60, 58, 55, 51)[day], at, at)

    found = answer(database, "signals", "SPY")

    assert {one["rule"]: one["signal"] for one in found["signals"]}["iv_rank_relief"] == 1
    assert {one["rule"]: one["signal"] for one in found["signals"]}["dark_accumulation"] is None
    assert {one["version"] for one in found["signals"]} == {1}
    assert datetime.fromisoformat(found["as_of"]) == OPEN + timedelta(days=SESSIONS - 1, hours=7)
    assert "too little known" in fits(analysis(database, "signals", "SPY"))


def test_dark_facts_are_of_prints_that_were_collected_on_their_day(database):
    put_print(database, 1, OPEN, 100)
    put_print(database, 2, OPEN, 900, known_at=OPEN + timedelta(days=1))

    rows = database.ask(
        files.query("analysis_facts")
        .replace("%(symbol)s", "'SPY'")
        .replace("%(first_date)s", f"'{DAY}'")
        .replace("%(last_date)s", f"'{DAY}'")
    )

    assert [(fact, int(value)) for fact, _, value, _ in rows] == [
        ("dark_premium", 1000),
        ("dark_signed_premium", 0),
    ]


def test_the_document_is_written_by_the_command(database):
    done = analysis(database, "signals", "--markdown")
    assert done.stdout == (ROOT / "docs/signals.md").read_text()


@pytest.mark.parametrize(
    "words",
    [["flow", "GLD"], ["dark-share", "GLD"], ["blocks", "GLD"], ["lead-lag", "GLD"], ["signals", "GLD"]],
)
def test_a_symbol_that_was_never_collected_is_exit_1_and_said(database, words):
    done = analysis(database, *words)
    assert done.returncode == 1
    assert "GLD" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    "words",
    [
        ["backtest", "no_rule", "SPY"],
        ["lead-lag", "SPY", "--minutes", "0"],
        backtest("--limit", "1.5"),
        ["signals"],
    ],
)
def test_wrong_words_are_exit_2(database, words):
    assert analysis(database, *words).returncode == 2
