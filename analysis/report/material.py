"""The rows that a report is made of; what could not be asked is missing with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from collector.core.sessions import Session

# Without the market's tide, which is there for every symbol, and what is of earlier days too.
OF_THE_SESSION = ("prints", "bars", "volumes", "per_expiry", "per_strike", "net_premium", "alerts")


@dataclass(frozen=True)
class Material:
    """`rows` has a table for each question that was answered, `refused` the reason for each that was not."""

    symbol: str
    session: Session
    rows: Mapping[str, pd.DataFrame]
    refused: Mapping[str, str]

    @property
    def day(self) -> date:
        """The session's New York date."""
        return self.session.date

    @property
    def nothing(self) -> bool:
        """Whether not one row is of this symbol and session."""
        return not self.refused and all(self.of(question).empty for question in OF_THE_SESSION)

    def of(self, question: str) -> pd.DataFrame:
        """The rows; none where the question was refused."""
        return self.rows.get(question, pd.DataFrame())

    def why_not(self, question: str, feed: str) -> str:
        """Why there are no rows, in a sentence."""
        if question in self.refused:
            return f"Not asked: {self.refused[question]}."
        return f"Nothing of the feed {feed} was collected for this session."
