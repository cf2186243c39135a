"""More words on rows that were put there by hand: tides, clusters, late prints, IV rank, positioning."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from analysed import DAY, METRIC, NIGHT, OPEN, fits, inside, put_bar, put_flow

PRINT = (
    "insert into trading.darkpool_trades (tracking_id, symbol, size, price, volume, premium, executed_at,"
    " trf_executed_at, nbbo_bid, nbbo_ask, sale_cond_codes, collection_time)"
    " values (%s, 'SPY', %s, %s, %s, 1, %s, %s, 9.98, 10.02, %s, %s)"
)
TIDE = (
    "insert into trading.market_metrics (symbol, metric_type, value, timestamp, collected_at)"
    " values (%s, %s, %s, %s, %s)"
)


def put_print(database, number, at, price, **more):
    executed = at - timedelta(seconds=more.get("late", 0))
    database.ask(PRINT, number, 100, price, number, at, executed, more.get("condition"), at)


def put_tide(database, symbol, kind, *running):
    """Calls and puts of one minute after the other."""
    for minute, (calls, puts) in enumerate(running):
        at = OPEN + timedelta(minutes=20 * minute)
        for right, value in (("call", calls), ("put", puts)):
            if value is not None:
                database.ask(TIDE, symbol, f"{kind}_net_{right}_premium", value, at, NIGHT)


def answer(database, *words):
    done = inside(database, *words, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout, parse_float=Decimal)


def test_a_tide_through_the_day_is_that_of_its_half_hours_last_minute(database):
    put_tide(database, "Real Estate", "sector_tide", (5, 1), (9, 12), (30, 10))
    put_tide(database, "SPY", "etf_tide", (1, 7))

    found = answer(database, "tide", "--of", "real estate")

    assert [(row["net_call"], row["net_put"], row["tide"]) for row in found["through"]] == [
        ("9", "12", "-3"),
        ("30", "10", "20"),
    ]
    shown = fits(inside(database, "tide", "--of", "real estate", "--date", str(DAY)))
    assert "Real Estate 2026-11-20: tide $20, changed sides 2 times" in shown
    assert "09:50 9 12 -3 10:10 30 10 20" in shown
    assert answer(database, "tide", "--of", "spy")["through"][0]["tide"] == "-6"


def test_all_tides_stand_side_by_side_and_a_sector_that_is_missing_is_named(database):
    put_tide(database, "MARKET", "market_tide", (5, 1), (100, 40))
    put_tide(database, "Energy", "sector_tide", (3, 4))
    put_tide(database, "Technology", "sector_tide", (9, 2))
    put_tide(database, "Utilities", "sector_tide", (None, 2))

    shown = fits(inside(database, "tide"))

    assert "MARKET 09:50 100 40 60 Technology 09:30 9 2 7 Energy 09:30 3 4 -1" in shown
    assert "NOT COLLECTED: Basic Materials," in shown
    assert "Real Estate, Utilities." in shown


def test_a_cluster_is_three_prints_of_a_level_within_a_minute_of_each_other(database):
    for number, (second, price) in enumerate(((0, 10), (50, 10), (100, 10), (130, 11), (230, 10))):
        put_print(database, number, OPEN + timedelta(seconds=second), price)
    put_print(database, 9, OPEN, 10, condition="average_price_trade")

    found = answer(database, "clusters", "SPY", "--step", "0.5")

    assert [(one["price"], one["prints"], one["premium"]) for one in found["clusters"]] == [("10", 3, "3000")]
    shown = fits(inside(database, "clusters", "SPY", "--step", "0.5"))
    assert "1 clusters among 5 prints" in shown
    assert "Left out: 0 canceled (0 shares), 1 off-market price (100 shares)." in shown


def test_late_prints_and_those_after_hours_are_told_apart(database):
    put_print(database, 1, OPEN, 10, late=11)
    put_print(database, 2, OPEN, 10, late=10)
    put_print(
        database, 3, OPEN + timedelta(hours=6, minutes=30), 10, late=3600, condition="prior_reference_price"
    )

    found = answer(database, "late", "SPY")

    assert [(one["outside"], one["left_out"]) for one in found["late"]] == [
        (True, "off-market price"),
        (False, ""),
    ]
    assert found["outside_hours"] == {"prints": 1, "shares": "100"}
    shown = fits(inside(database, "late", "SPY"))
    assert "2 of 3 prints came late" in shown
    assert "16:00:00* 01:00:00 10 100 1,000 off-market price" in shown


@pytest.mark.slow
def test_the_iv_rank_has_its_changes(database):
    for back, value in ((3, 20), (2, 31), (1, 30), (0, 44)):
        database.ask(METRIC, "iv_rank", value, OPEN - timedelta(days=back), NIGHT)

    shown = fits(inside(database, "iv-rank", "SPY", "--date", str(DAY)))

    assert "SPY 2026-11-20: IV rank 44.0 of 100" in shown
    assert "2026-11-20 44.0 +14.0 - -" in shown
    assert len(answer(database, "iv-rank", "SPY", "--date", str(DAY))["ranks"]) == 4


@pytest.mark.slow
@pytest.mark.parametrize(("price", "said"), [(10.01, "looks like accumulation"), (10, "No evidence")])
def test_buyers_below_a_falling_price_look_like_accumulation_and_prints_at_the_middle_like_nothing(
    database, price, said
):
    for minute in range(40):
        at = OPEN + timedelta(minutes=minute)
        put_bar(database, at, 20 - minute / 10, NIGHT)
        put_print(database, minute, at, price)
        for right, value in (("call", 5), ("put", 1)):
            database.ask(METRIC, f"net_prem_net_{right}_premium", value, at, NIGHT)

    found = answer(database, "positioning", "SPY", "--date", str(DAY))

    assert said in found["verdict"]
    assert (found["minutes"], found["positioning"]["net_premium"]) == (40, "160")
    above = "4000" if price > 10 else "0"
    assert [(one["shares"], one["above"], one["below"]) for one in found["levels"]] == [("4000", above, "0")]
    assert "95 % interval" in fits(inside(database, "positioning", "SPY", "--date", str(DAY)))


def test_put_call_is_said_by_moneyness_too(database):
    put_flow(
        database, DAY, NIGHT, 7, call_premium=100, call_otm_premium=80, put_premium=50, put_otm_premium=20
    )

    found = {
        one["moneyness"]: one["put_call_premium"] for one in answer(database, "flow", "SPY")["by_moneyness"]
    }

    assert found == {"out of the money": "0.25", "the rest": "1.5"}
    assert "out of the money 80 20 0.25" in fits(inside(database, "flow", "SPY"))


@pytest.mark.parametrize(
    "words",
    [
        ["tide"],
        ["tide", "--of", "GLD"],
        *([one, "GLD"] for one in ("clusters", "late", "iv-rank", "positioning")),
    ],
)
def test_what_was_never_collected_is_exit_1_and_said(database, words):
    done = inside(database, *words)

    assert (done.returncode, done.stderr) == (1, "")
    assert (words[-1] if len(words) > 1 else "MARKET") in done.stdout
