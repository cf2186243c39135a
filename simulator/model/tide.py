"""Market tide: net premium of the whole market, cumulative, a row a step, the running step restated."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from simulator.clock.calendar import Session
from simulator.model import seeds


@dataclass(frozen=True, slots=True)
class Minute:
    """What one minute adds, in cents and contracts."""

    call: int
    put: int
    volume: int


@lru_cache(maxsize=64)
def minutes(seed: int, session: Session, *, otm_only: bool = False) -> tuple[Minute, ...]:
    """The session's minutes; out-of-the-money trades are a part of all trades."""
    rng = seeds.generator(seed, "tide", session.date)
    share = 0.6 if otm_only else 1.0
    drift = rng.gauss(0, 150_000)
    count = int((session.closes_at - session.opens_at).total_seconds()) // 60
    return tuple(
        Minute(
            call=int(share * (rng.gauss(drift, 1_400_000)) * 100),
            put=int(share * (rng.gauss(-drift, 1_100_000)) * 100),
            volume=int(share * rng.gauss(drift / 100, 9_000)),
        )
        for _ in range(count)
    )


def rows(
    seed: int, session: Session, now: datetime, *, step_minutes: int, otm_only: bool = False
) -> list[dict[str, Any]]:
    """One row for each step that has begun; a row's time is its step's start."""
    made = minutes(seed, session, otm_only=otm_only)
    elapsed_s = max(0.0, (now - session.opens_at).total_seconds())
    return [
        _row(session, start, _total(made, start + step_minutes, elapsed_s))
        for start in range(0, len(made), step_minutes)
        if start * 60 < elapsed_s
    ]


def _total(made: tuple[Minute, ...], end: int, elapsed_s: float) -> Minute:
    """The sum up to the end of a step, or up to now inside it: of a running minute its elapsed part."""
    whole = min(end, len(made), int(elapsed_s // 60))
    call = sum(minute.call for minute in made[:whole])
    put = sum(minute.put for minute in made[:whole])
    volume = sum(minute.volume for minute in made[:whole])
    if whole < min(end, len(made)):
        part = elapsed_s / 60 - whole
        call += int(made[whole].call * part)
        put += int(made[whole].put * part)
        volume += int(made[whole].volume * part)
    return Minute(call, put, volume)


def _row(session: Session, start: int, total: Minute) -> dict[str, Any]:
    return {
        "date": session.date.isoformat(),
        "net_call_premium": _money(total.call),
        "net_put_premium": _money(total.put),
        "net_volume": total.volume,
        "timestamp": (session.opens_at + timedelta(minutes=start)).isoformat(),
    }


def _money(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}00"
