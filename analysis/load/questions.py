"""Which questions can be answered of archived days too, and by what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.load import archived
from analysis.load.asked import Asked
from analysis.load.facts import facts

ANSWERS: dict[str, Callable[..., pd.DataFrame]] = {
    "analysis_prints": archived.prints,
    "analysis_print_sizes": archived.print_sizes,
    "analysis_bars": archived.bars,
    "analysis_opens": archived.opens,
    "analysis_levels": archived.levels,
    "analysis_net_premium": archived.net_premium,
    "analysis_tide": archived.tide,
    "analysis_iv_rank": archived.iv_rank,
    "analysis_flow": archived.flow,
    "analysis_flow_alerts": archived.flow_alerts,
    "analysis_facts": facts,
}
# Of tables that no month leaves.
ALWAYS_HERE = {"analysis_alert_hits", "analysis_completeness"}
# Of a session, but with days before it.
LOOKS_BACK = {"analysis_iv_rank": archived.RANKS_BACK}
# What is not in the order of days.
ORDER = {"analysis_facts": ["known_at", "fact"]}
SPAN = {"symbol", "session_date", "first_date", "last_date"}


@dataclass(frozen=True)
class Question:
    """A file of sql/queries and the values it is asked with."""

    connection: Connection
    query: str
    values: Mapping[str, Any]
    folder: str

    def archived(self, first: date, last: date) -> pd.DataFrame:
        """Its rows of these days."""
        asked = Asked(self.connection, self.values.get("symbol", archived.MARKET), first, last, self.folder)
        more = {name: value for name, value in self.values.items() if name not in SPAN}
        return ANSWERS[self.query](asked, **more).reset_index(drop=True)

    def together(self, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
        """One table of those of several runs of days."""
        found = pd.concat([one for one in parts if len(one)] or parts[:1], ignore_index=True)
        by = ORDER.get(self.query)
        return found.sort_values(by, kind="stable", ignore_index=True) if by else found
