"""Fear that recedes."""

from __future__ import annotations

import pandas as pd

from analysis.signals.rule import Rule, enough

FACTS, LOOKBACK = ("iv_rank",), 6
HIGH, FALL = 50.0, 10.0


def value(known: pd.DataFrame) -> int | None:
    """1 when a high IV rank has fallen; never -1."""
    newest = enough(known, FACTS, LOOKBACK)
    if newest is None:
        return None
    ranks = newest["iv_rank"]
    return int(ranks.iloc[0] >= HIGH and ranks.iloc[0] - ranks.iloc[-1] >= FALL)


RULE = Rule(
    name="iv_rank_relief",
    version=1,
    definition="1 when IV rank stood at 50 or more five sessions ago and has fallen by 10 points or more since.",
    facts=FACTS,
    lookback=LOOKBACK,
    horizon=5,
    prior="None: a rule of thumb of traders, here to be tested.",
    failure_modes=(
        "After earnings IV falls for every stock, whatever the price does.",
        "A price that has already recovered has taken the return with it.",
    ),
    value=value,
)
