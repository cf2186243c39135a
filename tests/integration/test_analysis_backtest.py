"""Backtests and signals by command, on a history whose effect was put there, or none."""

import json
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from analysed import DAY, METRIC, OPEN, analysis, answer, fits, put_bar, put_flow

SESSIONS = 140


def put_history(database, effect: float) -> None:
    """Sessions of each calendar day; a high bullish share moves the session after the next opening by `effect`."""
    for table in ("bars", "options_flow", "market_metrics"):
        days = [OPEN.date() + timedelta(days=number) for number in range(SESSIONS)]
        database.ask("select ops.make_partitions(%s, %s::date[])", table, days)
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


@pytest.mark.slow
def test_an_effect_that_was_put_there_earns_and_a_trial_is_counted_once(database, tmp_path):
    put_history(database, effect=0.02)

    first, second = (answer(database, *backtest(), cwd=tmp_path) for _ in range(2))

    assert first == second
    assert first["evidence"] is True
    assert first["sessions"] == SESSIONS - 1
    assert first["trials"] == 1
    assert first["each"] == {"bullish_flow": first["spa"]}
    assert first["p"] == first["spa"] < Decimal("0.05")
    assert first["walk_forward"]["sessions"] == 63
    assert first["walk_forward"]["evidence"] is True
    assert set(first["walk_forward"]["choices"]) == {"bullish_flow"}
    assert first["folds"]["sessions"] == SESSIONS - 1
    assert len((tmp_path / "trials.jsonl").read_text().splitlines()) == 2
    assert answer(database, *backtest("--limit", "0.5"), cwd=tmp_path)["trials"] == 2
    text = fits(analysis(database, *backtest(), cwd=tmp_path))
    assert "Walk forward (63 sessions to choose a rule by, 21 to hold it): 63 sessions, +" in text
    assert "chosen: bullish_flow 3x. Evidence." in text
    assert "5 purged and embargoed folds (chosen by the others): 139 sessions" in text


@pytest.mark.slow
def test_all_rules_that_traded_are_trials_and_one_of_them_is_judged_as_one_of_them(database, tmp_path):
    put_history(database, effect=0.0)
    rng = np.random.default_rng(5)
    for day in range(SESSIONS):
        at = OPEN + timedelta(days=day)
        database.ask(METRIC, "iv_rank", int(rng.integers(20, 90)), at, at)

    found = answer(database, *backtest(), cwd=tmp_path)

    assert found["trials"] == found["rules"] == 2
    assert set(found["each"]) == {"bullish_flow", "iv_rank_relief"}
    assert found["p"] == found["each"]["bullish_flow"]
    assert found["spa"] == min(found["each"].values())
    assert "rules would look as good by luck" in found["verdict"]
    lines = (tmp_path / "trials.jsonl").read_text().splitlines()
    assert {json.loads(line)["rule"] for line in lines} == set(found["each"])
    assert found["evidence"] is found["walk_forward"]["evidence"] is False


@pytest.mark.slow
def test_without_an_effect_the_words_are_no_evidence(database, tmp_path):
    put_history(database, effect=0.0)
    assert "No evidence" in fits(analysis(database, *backtest(), cwd=tmp_path))


@pytest.mark.slow
def test_what_was_backfilled_later_was_not_known_then(database, tmp_path):
    put_history(database, effect=0.02)
    database.ask("update trading.options_flow set collected_at = '2028-01-01'")

    done = analysis(database, *backtest(), cwd=tmp_path)

    assert done.returncode == 1
    assert "the rule knew enough at 0 of them" in done.stdout
    assert f"{SESSIONS} of {SESSIONS} facts were collected more than four days after" in done.stdout
    assert not (tmp_path / "trials.jsonl").exists()


@pytest.mark.slow
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
