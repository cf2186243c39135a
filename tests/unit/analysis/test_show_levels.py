"""What the person at the terminal reads."""

import json
from datetime import date, datetime, timezone
from decimal import Decimal

import pandas as pd
import pytest

from analysis.darkpool.report import LevelsReport, levels_report, tape_hours
from analysis.show.levels import as_json, as_text

DAY = date(2026, 11, 20)


def report(*sizes: int, covered: bool = True, canceled: int = 0) -> LevelsReport:
    rows = [(Decimal("605.00") + at * Decimal("0.25"), Decimal(size), False) for at, size in enumerate(sizes)]
    rows += [(Decimal("1.00"), Decimal(100), True)] * canceled
    prints = pd.DataFrame(rows, columns=["price", "size", "canceled"])
    prints[["sale_cond_codes", "trade_code"]] = None
    intervals = (
        [tape_hours(DAY)]
        if covered
        else [(tape_hours(DAY)[0], datetime(2026, 11, 20, 17, tzinfo=timezone.utc))]
    )
    return levels_report("SPY", DAY, prints, intervals, Decimal("0.25"))


def test_no_line_is_wider_than_a_terminal():
    text = as_text(report(*range(1_000_000_000, 1_000_000_040), canceled=1_000))

    assert max(map(len, text.splitlines())) <= 80


def test_the_highest_price_is_on_top_and_the_point_of_control_is_marked():
    lines = as_text(report(10, 80, 10)).splitlines()
    table = [line.split() for line in lines if "605." in line and "#" in line]

    assert [row[-5] for row in table] == ["605.50", "605.25", "605.00"]
    assert table[1][0] == "P|"


@pytest.mark.parametrize("words", ["under the vendor's floor", "not how much traded in the dark"])
def test_what_is_not_in_it_is_said(words):
    assert words in as_text(report(10)).replace("\n", " ")


def test_what_was_left_out_is_counted():
    assert "Left out: 2 canceled (200 shares), 0 off-market price (0 shares)." in as_text(
        report(10, canceled=2)
    )


def test_a_half_collected_day_says_what_is_missing():
    assert "INCOMPLETE, not collected (New York): 12:00:00 to 20:00:00." in as_text(report(10, covered=False))


def test_a_whole_day_says_so():
    assert "Collected: the whole day" in as_text(report(10))


def test_a_day_of_canceled_prints_has_no_table_and_still_counts_them():
    text = as_text(report(canceled=3))

    assert "No print to show for SPY on 2026-11-20." in text
    assert "3 canceled" in text


def test_json_keeps_every_digit_of_money():
    found = json.loads(json.dumps(as_json(report(10, 80, 10, canceled=1))))

    assert found["profile"]["point_of_control"] == "605.25"
    assert found["profile"]["levels"][1] == {
        "price": "605.25",
        "shares": "80",
        "premium": "48420.00",
        "prints": 1,
    }
    assert found["left_out"]["canceled"] == {"prints": 1, "shares": "100"}
    assert found["not_collected"] == []
