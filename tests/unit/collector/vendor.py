"""A vendor in memory: newest second first, any order inside a second, a cap.

`older_than` is strict, or inclusive as the rule says: of its first instant, or of its whole second with `coarse`.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from collector.core.clock import whole_second
from collector.core.source import BySecond

OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=timezone.utc)


def at(second: float) -> datetime:
    return OPEN + timedelta(seconds=second)


def prints(*seconds: float, sizes: Sequence[int] = ()) -> list[dict[str, Any]]:
    """One print for each second that is named; volume tells them apart."""
    return [
        {
            "executed_at": at(second).isoformat().replace("+00:00", "Z"),
            "size": sizes[place] if sizes else 100 + place,
            "volume": 1_000_000 + place,
        }
        for place, second in enumerate(seconds)
    ]


class Vendor:
    def __init__(
        self, rows: Sequence[Mapping[str, Any]], rule: BySecond, seed: int = 1, *, coarse: bool = False
    ) -> None:
        self.rows = rows
        self.rule = rule
        self.coarse = coarse
        self.requests: list[Mapping[str, str]] = []
        self._dice = random.Random(seed)

    def __call__(self, params: Mapping[str, str]) -> list[Mapping[str, Any]]:
        self.requests.append(params)
        found = [row for row in self.rows if self._lies_between(row, params) and self._fits(row, params)]
        self._dice.shuffle(found)
        found.sort(key=lambda row: whole_second(when(row)), reverse=True)
        return found[: int(params["limit"])]

    def _lies_between(self, row: Mapping[str, Any], params: Mapping[str, str]) -> bool:
        older = datetime.fromtimestamp(int(params["older_than"]), timezone.utc)
        newer = datetime.fromtimestamp(int(params.get(self.rule.since, 0)), timezone.utc)
        moment = whole_second(when(row)) if self.coarse else when(row)
        return newer < moment < older or (self.rule.inclusive and moment == older)

    def _fits(self, row: Mapping[str, Any], params: Mapping[str, str]) -> bool:
        return all(
            Decimal(params.get(f"min_{name}", row[name]))
            <= Decimal(row[name])
            <= Decimal(params.get(f"max_{name}", row[name]))
            for name, _ in self.rule.slices
        )


def when(row: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(row["executed_at"].replace("Z", "+00:00"))
