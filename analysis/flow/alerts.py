"""Sweeps and opening trades among the vendor's alerts.

An alert has premium, ask_premium, bid_premium (US dollars), is_call, sweep and opening. Alerts are trades of the tape
put together: never add them to the tape.
"""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

KINDS = ("sweeps", "opening", "opening sweeps", "all")


def summary(alerts: pd.DataFrame) -> pd.DataFrame:
    """One line a kind: how many, premium, and the bullish part of it (calls bought, puts sold, less the opposite)."""
    sweep, opening = alerts["sweep"].astype(bool), alerts["opening"].astype(bool)
    chosen = (sweep, opening, sweep & opening, sweep | True)
    found = [{"kind": kind, **_sums(alerts[which])} for kind, which in zip(KINDS, chosen, strict=True)]
    return pd.DataFrame(found).set_index("kind")


def _sums(alerts: pd.DataFrame) -> dict[str, int | Decimal]:
    signed = (
        (ask - bid) * (1 if is_call else -1)
        for ask, bid, is_call in zip(
            alerts["ask_premium"], alerts["bid_premium"], alerts["is_call"], strict=True
        )
    )
    return {
        "alerts": len(alerts),
        "premium": sum(alerts["premium"], Decimal(0)),
        "bullish": sum(signed, Decimal(0)),
    }
