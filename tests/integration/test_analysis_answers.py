"""The commands on rows that were put there by hand, so each answer can be said beforehand."""

import json
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from analysed import (
    DAY,
    FLOW,
    METRIC,
    NIGHT,
    OPEN,
    ROOT,
    analysis,
    answer,
    fits,
    inside,
    put_bar,
    put_flow,
    put_print,
)

from collector.store import files


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_through_the_day_each_half_hour_has_what_its_last_fetch_added(database):
    for minutes, bought in ((0, 1000), (5, 4000), (35, 3000)):
        put_flow(
            *(database, DAY, OPEN + timedelta(minutes=minutes), 7),
            call_premium=9000,
            call_premium_ask_side=bought,
            put_premium_bid_side=500,
        )

    found = answer(database, "through", "spy", "--by", "expiry")

    expiry = str(DAY + timedelta(days=7))
    assert [one["bullish"] for one in found["through"]] == [{expiry: "4500"}, {expiry: "-1000"}]
    shown = fits(inside(database, "through", "SPY", "--by", "expiry"))
    assert f"until {expiry} 09:35 +4 10:05 -1" in shown
    assert inside(database, "through", "SPY", "--by", "strike").returncode == 1


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


@pytest.mark.slow
def test_a_lead_that_was_put_there_is_found_by_the_command(database):
    put_minutes(database, lead=3)

    found = answer(database, "lead-lag", "SPY")

    assert "flow moves 3 before price" in found["verdict"]
    assert sorted(map(int, found["lags"])) == list(range(-10, 11))
    assert "flow moves 3 before price" in fits(analysis(database, "lead-lag", "SPY"))
    assert "No evidence" in answer(database, "lead-lag", "SPY", "--pair", "dark-flow")["verdict"]


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


@pytest.mark.slow
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
        [
            "backtest",
            "bullish_flow",
            "SPY",
            "--since",
            "2026-01-02",
            "--until",
            "2026-03-01",
            "--limit",
            "1.5",
        ],
        ["signals"],
    ],
)
def test_wrong_words_are_exit_2(database, words):
    assert analysis(database, *words).returncode == 2
