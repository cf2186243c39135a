"""Which questions can be answered of archived days too, and by what."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.load import archived, archived_pages
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
    "analysis_tides": archived.tides,
    "analysis_iv_rank": archived.iv_rank,
    "analysis_flow": archived.flow,
    "analysis_flow_alerts": archived.flow_alerts,
    "analysis_flow_through": archived.flow_through,
    "analysis_facts": facts,
    "dashboard_overview": archived_pages.overview,
    "dashboard_prints": archived_pages.prints,
    "dashboard_flow": archived_pages.flow,
    "dashboard_levels": archived_pages.levels,
    "dashboard_levels_by_day": archived_pages.levels_by_day,
    "dashboard_strike": archived_pages.strike,
}
# Of tables that no month leaves.
ALWAYS_HERE = {"analysis_alert_hits", "analysis_completeness", "dashboard_fetched"}
# Of a session, but with days before it.
LOOKS_BACK = {"analysis_iv_rank": archived.RANKS_BACK}
# What is not in the order of days.
ORDER = {"analysis_facts": ["known_at", "fact"]}
# What is a sum over the days, and of what.
SUMMED = {"dashboard_levels": "price"}
SPAN = {"symbol", "symbols", "session_date", "first_date", "last_date"}


def span(values: Mapping[str, Any]) -> tuple[Any, Any]:
    """The first and the last day asked about; None where a question is of no day."""
    one = values.get("session_date")
    return values.get("first_date", one), values.get("last_date", one)


def months(query: str, first: date, last: date, gone: Collection[date]) -> set[date]:
    """Those of the archived months that the question is about."""
    begin = (first - LOOKS_BACK.get(query, timedelta(0))).replace(day=1)
    return {one for one in gone if begin <= one <= last}


@dataclass(frozen=True)
class Question:
    """A file of sql/queries and the values it is asked with."""

    connection: Connection
    query: str
    values: Mapping[str, Any]
    folder: str

    def archived(self, first: date, last: date) -> pd.DataFrame:
        """Its rows of these days."""
        symbols = self.values.get("symbols") or [self.values["symbol"]]
        asked = Asked(self.connection, tuple(symbols), first, last, self.folder)
        more = {name: value for name, value in self.values.items() if name not in SPAN}
        return ANSWERS[self.query](asked, **more).reset_index(drop=True)

    def together(self, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
        """One table of those of several runs of days."""
        found = pd.concat([one for one in parts if len(one)] or parts[:1], ignore_index=True)
        if one := SUMMED.get(self.query):
            return found.groupby(one, as_index=False, sort=True).sum()
        by = ORDER.get(self.query)
        return found.sort_values(by, kind="stable", ignore_index=True) if by else found
