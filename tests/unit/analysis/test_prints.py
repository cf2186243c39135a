"""Which prints stay out of price levels, and that they are counted."""

from decimal import Decimal

import pandas as pd
import pytest

from analysis.darkpool.prints import CANCELED, OFF_MARKET, at_market, left_out


def one(
    *, condition: str | None = None, code: str | None = None, canceled: bool = False
) -> dict[str, object]:
    return {
        "price": Decimal("10.00"),
        "size": Decimal(100),
        "sale_cond_codes": condition,
        "trade_code": code,
        "canceled": canceled,
    }


def table(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


@pytest.mark.parametrize(
    "row",
    [
        one(condition="average_price_trade"),
        one(condition="prior_reference_price"),
        one(condition="prio_reference_price"),
        one(condition="contingent_trade"),
        one(code="derivative_priced"),
        one(code="qualified_contingent_trade"),
    ],
)
def test_a_print_priced_away_from_the_market_is_left_out_and_counted(row):
    prints = table(one(), row)

    assert len(at_market(prints)) == 1
    assert left_out(prints).loc[OFF_MARKET].to_dict() == {"prints": 1, "shares": 100}


@pytest.mark.parametrize(
    "row", [one(code="intermarket_sweep"), one(condition="regular_sale"), one(condition="new_code")]
)
def test_a_mark_that_says_nothing_about_the_price_stays_in(row):
    assert len(at_market(table(row))) == 1


def test_a_canceled_print_is_counted_as_canceled_only():
    prints = table(one(condition="contingent_trade", canceled=True), one())

    counted = left_out(prints)

    assert counted["prints"].to_dict() == {CANCELED: 1, OFF_MARKET: 0}
    assert counted["shares"].to_dict() == {CANCELED: 100, OFF_MARKET: 0}


def test_a_day_without_a_print_has_nothing_left_out():
    nothing = table(one()).iloc[:0]

    assert at_market(nothing).empty
    assert left_out(nothing)["prints"].sum() == 0
