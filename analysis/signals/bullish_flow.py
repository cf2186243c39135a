"""Options flow with an unusual direction."""

from __future__ import annotations

import pandas as pd

from analysis.signals.rule import Rule, enough

FACTS, LOOKBACK = ("bullish_share",), 20
EDGE = 0.1


def value(known: pd.DataFrame) -> int | None:
    """1 in the highest tenth of the symbol's own recent sessions, -1 in the lowest."""
    newest = enough(known, FACTS, LOOKBACK)
    if newest is None:
        return None
    shares = newest["bullish_share"]
    rank = float((shares.iloc[:-1] < shares.iloc[-1]).mean())
    return int(rank >= 1 - EDGE) - int(float((shares.iloc[:-1] > shares.iloc[-1]).mean()) >= 1 - EDGE)


RULE = Rule(
    name="bullish_flow",
    version=1,
    definition="1 when the bullish share of options premium is above nine tenths of the 19 sessions before, "
    "-1 when it is below nine tenths of them.",
    facts=FACTS,
    lookback=LOOKBACK,
    horizon=1,
    prior="Pan and Poteshman 2006: signed opening volume predicts single stocks, more than 40 basis points the next "
    "day between the extremes; no evidence for index options. For SPY and QQQ expect nothing.",
    failure_modes=(
        "All flow, not opening flow: closing trades carry the opposite sign.",
        "Hedges and legs of spreads look like bets.",
        "Around expiry rolling moves the share without any view.",
    ),
    value=value,
)
