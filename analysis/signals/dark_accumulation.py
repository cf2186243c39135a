"""Dark prints on one side while the price goes to the other."""

from __future__ import annotations

import pandas as pd

from analysis.signals.rule import Rule, enough

FACTS, LOOKBACK = ("dark_premium", "dark_signed_premium", "close"), 6
ONE_SIDED = 0.2


def value(known: pd.DataFrame) -> int | None:
    """1 for buyers in a falling price, -1 for sellers in a rising one, over five sessions."""
    newest = enough(known, FACTS, LOOKBACK)
    if newest is None:
        return None
    five = newest.iloc[1:]
    total = float(five["dark_premium"].sum())
    leaning = float(five["dark_signed_premium"].sum()) / total if total else 0.0
    moved = float(newest["close"].iloc[-1] - newest["close"].iloc[0])
    return int(leaning >= ONE_SIDED and moved < 0) - int(leaning <= -ONE_SIDED and moved > 0)


RULE = Rule(
    name="dark_accumulation",
    version=1,
    definition="1 when over five sessions at least 20 % of the dark premium, net, printed above the middle of bid and "
    "ask while the price fell; -1 when at least 20 % printed below it while the price rose.",
    facts=FACTS,
    lookback=LOOKBACK,
    horizon=5,
    prior="None that is strong: Comerton-Forde and Putnins 2015 find that block trades in the dark do not impede price "
    "discovery, not that they predict.",
    failure_modes=(
        "Only prints above the vendor's floor are seen.",
        "Dark prices are often the middle itself: few prints have a side, and a late print has the wrong one.",
        "Creation and redemption of funds print large without any view.",
    ),
    value=value,
)
