"""Prints and flow on one clock, told by hand; planted leads are found between them."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from analysis.combined.joined import by_minute, dark_and_flow, flow_and_price
from analysis.combined.positioning import Positioning, at_levels, signed_premium

OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=timezone.utc)


def at(seconds: float) -> datetime:
    return OPEN + timedelta(seconds=seconds)


def prints(*rows: tuple[float, str, int]) -> pd.DataFrame:
    """Bid 9.99, ask 10.01; rows of (seconds, price, size)."""
    return pd.DataFrame(
        [
            {
                "executed_at": at(seconds),
                "price": Decimal(price),
                "size": Decimal(size),
                "nbbo_bid": Decimal("9.99"),
                "nbbo_ask": Decimal("10.01"),
                "sale_cond_codes": None,
                "trade_code": None,
                "canceled": False,
            }
            for seconds, price, size in rows
        ]
    )


def ticks(*net: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "at": [at(60 * minute + 1) for minute in range(len(net))],
            "net_call": [Decimal(str(value)) for value in net],
            "net_put": Decimal(0),
        }
    )


def bars(*closes: float) -> pd.DataFrame:
    return pd.DataFrame({"starts_at": [at(60 * minute) for minute in range(len(closes))], "close": closes})


def test_everything_falls_into_its_own_minute():
    table = prints((5, "10.01", 100), (59, "9.99", 10), (61, "10.00", 7), (70, "10.01", 1))
    table.loc[3, "canceled"] = True

    found = by_minute(table, ticks(5, -3), bars(100, 110, 110))

    assert found["dark"].tolist() == pytest.approx([1100.9, 70, 0])
    assert found["dark_signed"].tolist() == pytest.approx([901.1, 0, 0])
    assert found["net_premium"].tolist() == [5, -3, 0]
    assert found["return"].tolist() == pytest.approx([0, np.log(1.1), 0])


def test_flow_that_leads_the_price_is_found_at_its_lag():
    rng = np.random.default_rng(31)
    net = rng.standard_normal(300)
    moved = np.concatenate([[0, 0], 0.5 * net[:-2]]) + rng.standard_normal(300) * 0.8
    closes = 100 * np.exp(np.cumsum(moved) / 1000)

    found = flow_and_price(by_minute(prints((0, "10", 1)), ticks(*net.round(6)), bars(*closes)), 10)
    assert (found.best, found.evidence) == (2, True)


def test_flow_that_leads_nothing_is_rarely_found_to_lead():
    rng = np.random.default_rng(35)
    alarms = [
        flow_and_price(
            by_minute(
                prints((0, "10", 1)),
                ticks(*rng.standard_normal(200).round(6)),
                bars(*(100 * np.exp(np.cumsum(rng.standard_normal(200)) / 1000))),
            ),
            10,
        ).evidence
        for _ in range(60)
    ]
    assert sum(alarms) <= 8


def test_dark_prints_that_follow_the_flow_are_found():
    net = np.random.default_rng(33).choice([-1, 1], 200)
    rows = [(60 * (minute + 1), "10.01" if side > 0 else "9.99", 100) for minute, side in enumerate(net[:-1])]

    found = dark_and_flow(by_minute(prints(*rows), ticks(*net), bars(*[100.0] * 200)), 5)

    assert (found.best, found.evidence) == (-1, True)


def test_levels_hold_all_shares_and_those_of_each_side():
    found = at_levels(prints((0, "10.01", 5), (1, "9.99", 3), (2, "10.00", 2)), Decimal("0.05"))

    assert found.to_numpy().tolist() == [[10, 10, 5, 3]]
    assert signed_premium(prints((0, "10.01", 5), (1, "9.99", 3))) == Decimal("20.08")


@pytest.mark.parametrize(
    ("numbers", "word"),
    [
        ((1, 1, -1), "accumulation"),
        ((-1, -1, 1), "distribution"),
        ((1, 1, 1), "went with"),
        ((1, -1, 1), "nothing to say"),
    ],
)
def test_the_verdict_says_what_the_signs_allow_and_that_it_is_no_proof(numbers, word):
    said = Positioning(*map(Decimal, numbers)).verdict()
    assert word in said
    assert "One day is one observation" in said
