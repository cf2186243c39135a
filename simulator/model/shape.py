"""When trading happens: busy at the bells, thin outside regular hours."""

import random

from simulator.clock.calendar import Session

EXTENDED_SHARE = 0.03
PRE_MARKET_SHARE = 0.4
U_SHAPE = 0.62


def day_size(session: Session, per_day: int) -> int:
    """How many events a session has when a whole day has that many."""
    return int(per_day * 0.6) if session.half_day else per_day


def regular_ms(rng: random.Random, session: Session) -> int:
    """A moment of regular hours, drawn from a U over the day, as epoch milliseconds."""
    start, end = session.opens_at.timestamp(), session.closes_at.timestamp()
    return int((start + rng.betavariate(U_SHAPE, U_SHAPE) * (end - start)) * 1000)


def extended_ms(rng: random.Random, session: Session) -> int:
    """A moment before the opening or after the closing bell, likelier near the bells."""
    near = rng.random() ** 2
    if rng.random() < PRE_MARKET_SHARE:
        bell, edge = session.opens_at.timestamp(), session.extended_opens_at.timestamp()
    else:
        bell, edge = session.closes_at.timestamp(), session.extended_closes_at.timestamp()
    return int((bell + near * (edge - bell)) * 1000) + (-1 if edge < bell else 0)


def moments(rng: random.Random, session: Session, count: int, *, extended_share: float = 0.0) -> list[int]:
    """That many sorted moments of the session."""
    outside = sum(rng.random() < extended_share for _ in range(count))
    drawn = [regular_ms(rng, session) for _ in range(count - outside)]
    drawn += [extended_ms(rng, session) for _ in range(outside)]
    return sorted(drawn)
