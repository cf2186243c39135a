"""What is known of one feed, symbol and session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from collector.core.intervals import Interval


@dataclass(frozen=True)
class Covered:
    """Seconds seen at least once, seen again in the evening, seen again the next morning; the last commit."""

    covered: Sequence[Interval] = ()
    settled: Sequence[Interval] = ()
    confirmed: Sequence[Interval] = ()
    collected_at: datetime | None = None
