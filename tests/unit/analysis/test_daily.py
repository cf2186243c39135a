"""How prints, flow and price moved together in a session, on series whose lead was put there."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from made_panels import OPEN

from analysis.combined.daily import daily

MINUTES = 390
EVENING = OPEN + timedelta(hours=12)
ALL_DAY = [(OPEN - timedelta(hours=5), OPEN + timedelta(hours=11))]


def made(lead=3, seed=7):
    """One print a minute, whose side and size the flow repeats `lead` minutes later, in noise."""
    rng = np.random.default_rng(seed)
    times = [OPEN + timedelta(minutes=minute) for minute in range(MINUTES)]
    signed = rng.standard_normal(MINUTES + lead)
    flow = signed[:MINUTES] + rng.standard_normal(MINUTES)
    now = signed[lead:]
    sizes = [round(1000 * abs(one)) + 1 for one in now]
    prices = [Decimal("10.01") if one > 0 else Decimal("9.99") for one in now]
    prints = pd.DataFrame(
        {
            "executed_at": times, "collection_time": [at + timedelta(seconds=30) for at in times],
            "price": prices, "size": sizes, "nbbo_bid": Decimal("9.99"), "nbbo_ask": Decimal("10.01"),
            "sale_cond_codes": None, "trade_code": None, "canceled": False,
        }
    )  # fmt: skip
    ticks = pd.DataFrame(
        {
            "at": times, "collected_at": [at + timedelta(minutes=5) for at in times],
            "net_call": [Decimal(round(1e6 * one)) for one in flow], "net_put": Decimal(0),
        }
    )  # fmt: skip
    closes = 100 * np.exp(np.cumsum(0.001 * rng.standard_normal(MINUTES)))
    bars = pd.DataFrame(
        {
            "starts_at": times, "close": [Decimal(str(one)) for one in closes], "market_time": "r",
            "collected_at": [at + timedelta(minutes=5) for at in times],
        }
    )  # fmt: skip
    return prints, ticks, bars


def test_a_lead_that_was_put_there_is_the_best_lag_and_evidence():
    found, _ = daily(*made(lead=3), ALL_DAY, EVENING)

    assert (found.pair, found.minutes, found.known_share) == ("dark-flow", MINUTES, 1.0)
    assert (found.best_lag, found.evidence) == (3, True)
    assert found.best_value > 0.5


def test_the_value_is_numpys_correlation_of_the_same_minute_and_inside_its_interval():
    prints, ticks, bars = made()
    side = np.array([1.0 if one > 10 else -1.0 for one in prints["price"]])
    dark = side * np.array([float(one) for one in prints["price"]]) * prints["size"].to_numpy()
    flow = np.array([float(one) for one in ticks["net_call"]])
    moved = np.diff(np.log([float(one) for one in bars["close"]]), prepend=np.nan)
    moved[0] = 0

    pairs = daily(prints, ticks, bars, ALL_DAY, EVENING)

    assert [one.value for one in pairs] == pytest.approx(
        [np.corrcoef(dark, flow)[0, 1], np.corrcoef(flow, moved)[0, 1]]
    )
    assert all(one.low < one.value < one.high for one in pairs)


def test_the_order_of_rows_does_not_matter():
    mixed = [rows.sample(frac=1, random_state=3) for rows in made()]

    one, other = daily(*made(), ALL_DAY, EVENING), daily(*mixed, ALL_DAY, EVENING)

    assert [found.value for found in one] == pytest.approx([found.value for found in other])
    assert [found.best_lag for found in one] == [found.best_lag for found in other]


def test_what_was_collected_after_the_hour_is_as_if_it_were_not_there():
    prints, ticks, bars = made()
    late = prints.iloc[:30].assign(collection_time=EVENING + timedelta(seconds=1), size=10**9)
    restated = bars.index < 20
    bars.loc[restated, "collected_at"] = EVENING + timedelta(hours=9)
    ticks.loc[ticks.index >= 380, "collected_at"] = EVENING + timedelta(hours=9)

    with_late = daily(pd.concat([prints, late]), ticks, bars, ALL_DAY, EVENING)
    without = daily(prints, ticks.iloc[:380], bars.iloc[20:380], ALL_DAY, EVENING)

    assert [one.value for one in with_late] == [one.value for one in without]
    assert with_late[0].minutes == 360
    assert with_late[0].known_share == MINUTES / (MINUTES + 30)


@pytest.mark.parametrize("lacking", [0, 1, 2])
def test_where_one_of_them_is_missing_nothing_is_said(lacking):
    rows = list(made())
    rows[lacking] = rows[lacking].iloc[:0]

    found = daily(*rows, ALL_DAY, EVENING)

    assert found[0].value is None
    assert found[0].evidence is None


def test_minutes_in_which_no_print_was_collected_do_not_count():
    morning = [(OPEN, OPEN + timedelta(minutes=100))]

    assert [one.minutes for one in daily(*made(), morning, EVENING)] == [100, 100]
    assert [one.value for one in daily(*made(), [], EVENING)] == [None, None]
