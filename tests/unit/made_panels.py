"""A market of one symbol with an effect that was planted, or none."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import numpy as np
import pandas as pd

OPEN = datetime(2020, 1, 2, 14, 30, tzinfo=timezone.utc)
VOLATILITY = 0.012


@dataclass
class Panel:
    """`prices` are openings; `facts` of a session are collected in its evening; `decisions` are before each opening."""

    prices: pd.DataFrame
    facts: pd.DataFrame
    decisions: list[datetime]


def panel(rng: np.random.Generator, sessions: int, effect: float, fact: str = "x") -> Panel:
    """After a session whose fact is 1 the next return is `effect` more on average, after -1 as much less."""
    fact_values = rng.choice([-1.0, 1.0], sessions)
    opens = [OPEN + timedelta(days=day) for day in range(sessions + 1)]
    # The decision after session t trades at the opening of t + 1 and earns what follows.
    moved = rng.standard_normal(sessions) * VOLATILITY
    moved[1:] += effect * fact_values[:-1]
    prices = 100 * np.concatenate([[1.0], np.cumprod(1 + moved)])
    facts = pd.DataFrame(
        {
            "fact": fact,
            "session_date": [at.date() for at in opens[:-1]],
            "value": fact_values,
            "known_at": [at + timedelta(hours=7) for at in opens[:-1]],
        }
    )
    table = pd.DataFrame({"at": opens, "price": prices})
    return Panel(table, facts, [at - timedelta(minutes=5) for at in opens])
