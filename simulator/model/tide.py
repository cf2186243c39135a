"""Market tide: net premium of the whole market, cumulative, a row a step, the running step restated."""

import math
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from simulator.clock.calendar import Session
from simulator.model import restated, seeds
from simulator.model.text import money


class Net(NamedTuple):
    """Calls and puts in cents, volume in contracts: ask side less bid side."""

    call: int
    put: int
    volume: int


@lru_cache(maxsize=64)
def totals(seed: int, session: Session, *, otm_only: bool = False) -> tuple[Net, ...]:
    """The running totals at the start of each minute; out-of-the-money trades are a part of all trades."""
    rng = seeds.generator(seed, "tide", session.date)
    share = 60 if otm_only else 100
    drift = rng.gauss(0, 150_000)
    count = int((session.closes_at - session.opens_at).total_seconds()) // 60
    steps = [
        Net(
            call=int(rng.gauss(drift, 1_400_000)) * share,
            put=int(rng.gauss(-drift, 1_100_000)) * share,
            volume=int(rng.gauss(drift / 100, 9_000)) * share // 100,
        )
        for _ in range(count)
    ]
    return tuple(accumulate(steps, _add, initial=Net(0, 0, 0)))


def rows(
    seed: int, session: Session, now: datetime, *, step_minutes: int, otm_only: bool = False
) -> list[dict[str, Any]]:
    """One row for each step that has begun; a row's time is its step's start."""
    made = totals(seed, session, otm_only=otm_only)
    elapsed = max(0.0, (now - session.opens_at).total_seconds() / 60)
    return [
        _row(session, start, _at(made, min(start + step_minutes, elapsed)))
        for start in range(0, len(made) - 1, step_minutes)
        if start < elapsed
    ]


def sector_rows(seed: int, sector: str, session: Session, now: datetime) -> list[dict[str, Any]]:
    """One row a minute: the sector's part of the market's totals; the last minutes still settle."""
    share = (3 + seeds.number(seed, "sector", sector) % 9) / 100
    made = totals(seed, session)
    begun = min(len(made) - 1, math.ceil(max(0.0, (now - session.opens_at).total_seconds() / 60)))
    found, total = [], Net(0, 0, 0)
    for start, (before, after) in enumerate(pairwise(made[: begun + 1])):
        part = share * restated.part(seed, sector, _epoch(session, start), now.timestamp())
        step = Net(*(int((b - a) * part) for a, b in zip(before, after, strict=True)))
        total = _add(total, step)
        found.append(_row(session, start, total))
    return found


def _epoch(session: Session, minute: int) -> int:
    return int(session.opens_at.timestamp()) + 60 * minute


def _add(total: Net, step: Net) -> Net:
    return Net(total.call + step.call, total.put + step.put, total.volume + step.volume)


def _at(made: tuple[Net, ...], minute: float) -> Net:
    """The total at a moment; a running minute counts by its elapsed part."""
    whole = min(int(minute), len(made) - 1)
    before, after = made[whole], made[min(whole + 1, len(made) - 1)]
    part = minute - whole
    return Net(*(int(a + (b - a) * part) for a, b in zip(before, after, strict=True)))


def _row(session: Session, start: int, total: Net) -> dict[str, Any]:
    return {
        "date": session.date.isoformat(),
        "net_call_premium": money(total.call, 4),
        "net_put_premium": money(total.put, 4),
        "net_volume": total.volume,
        "timestamp": (session.opens_at + timedelta(minutes=start)).isoformat(),
    }
