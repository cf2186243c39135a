"""Which prints are large for this symbol: measured by its own earlier days, not by a number of shares."""

from __future__ import annotations

from bisect import bisect_left
from decimal import Decimal

import pandas as pd

LARGE = Decimal("0.995")
ENOUGH = 200


def blocks(prints: pd.DataFrame, history: pd.DataFrame, large: Decimal = LARGE) -> pd.DataFrame:
    """Prints whose size is at or above the `large` share of the history's, largest first, with their `rank`.

    `history` are prints of earlier days; a day that is judged must not be in it. The rank is the share of the
    history that is smaller, 0 to 1.

    Raises:
        ValueError: the history is too short to say what is large.
    """
    if len(history) < ENOUGH:
        raise ValueError(f"{len(history)} earlier prints are too few to say what is large; it takes {ENOUGH}")
    sizes = sorted(history["size"])
    ranked = prints.assign(rank=[Decimal(bisect_left(sizes, size)) / len(sizes) for size in prints["size"]])
    found = ranked[ranked["rank"] >= large]
    return found.sort_values(["size", "executed_at", "price"], ascending=[False, True, True], kind="stable")
