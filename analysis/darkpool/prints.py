"""Which prints say something about the market's price.

A print is a row with executed_at, price, size (Decimal), sale_cond_codes, trade_code and canceled.
"""

from __future__ import annotations

import pandas as pd

# The vendor writes the second one both ways. The view trading.market_prints follows the same rule.
OFF_MARKET_CONDITIONS = frozenset(
    {"average_price_trade", "prior_reference_price", "prio_reference_price", "contingent_trade"}
)
OFF_MARKET_CODES = frozenset({"derivative_priced", "qualified_contingent_trade"})
CANCELED = "canceled"
OFF_MARKET = "off-market price"
REASONS = (CANCELED, OFF_MARKET)


def reason_left_out(prints: pd.DataFrame) -> pd.Series:
    """Say why each print is left out of price levels; empty text for those that stay in."""
    reason = pd.Series("", index=prints.index, dtype=object)
    off_market = prints["sale_cond_codes"].isin(OFF_MARKET_CONDITIONS) | prints["trade_code"].isin(
        OFF_MARKET_CODES
    )
    reason[off_market] = OFF_MARKET
    reason[prints["canceled"].astype(bool)] = CANCELED
    return reason


def at_market(prints: pd.DataFrame) -> pd.DataFrame:
    """Keep the prints that levels, VWAP and averages may use."""
    return prints[reason_left_out(prints) == ""]


def left_out(prints: pd.DataFrame) -> pd.DataFrame:
    """Count prints and shares by the reason they are left out; every reason has its row."""
    reason = reason_left_out(prints)
    return pd.DataFrame(
        {
            "prints": [int((reason == one).sum()) for one in REASONS],
            "shares": [prints.loc[reason == one, "size"].sum() for one in REASONS],
        },
        index=pd.Index(REASONS, name="reason"),
    )
