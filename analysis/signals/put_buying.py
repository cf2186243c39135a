"""Unusual buying of puts, taken the other way round."""

from __future__ import annotations

import pandas as pd

from analysis.signals.rule import Rule, enough

FACTS, LOOKBACK = ("net_put_premium",), 60
FAR = 2.0


def value(known: pd.DataFrame) -> int | None:
    """1 when net put premium stands far above its own recent sessions; never -1."""
    newest = enough(known, FACTS, LOOKBACK)
    if newest is None:
        return None
    before, now = newest["net_put_premium"].iloc[:-1], newest["net_put_premium"].iloc[-1]
    spread = float(before.std())
    return int(spread > 0 and (now - float(before.mean())) / spread >= FAR)


RULE = Rule(
    name="put_buying",
    version=1,
    definition="1 when net put premium (bought less sold) is two standard deviations or more above the mean of the "
    "59 sessions before.",
    facts=FACTS,
    lookback=LOOKBACK,
    horizon=5,
    prior="Chordia, Kurov, Muravyev and Subrahmanyam 2021: buying of index puts predicts positive returns of the next "
    "week. For single stocks the sign may be the opposite.",
    failure_modes=(
        "It fires into the beginning of a real fall: the position is long while fear is right.",
        "Fires a few times a year, so years prove little.",
        "A large roll of one fund's hedge counts as fear.",
    ),
    value=value,
)
