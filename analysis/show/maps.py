"""Strikes and expiries through the session: where and when calls were bought and puts sold, or the opposite."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from analysis.draw.heat import Field, Row, heat
from analysis.draw.markup import Markup
from analysis.draw.scale import dollars
from analysis.report.material import Material
from analysis.report.parts import MAP_STEP as STEP
from analysis.report.parts import Parts
from analysis.show.page import figure
from collector.core.clock import NEW_YORK

# Half hours that have room for the name of each hour.
HOURS_FIT = 14
KEYS = (("calls", "bullish"), ("puts", "bearish, with a stroke"))


def strikes(material: Material, parts: Parts) -> Markup:
    """The highest strike at the top."""
    found = parts.through["strike"]
    rows = [(f"{float(one):,g}", one) for one in reversed(list(found.columns))]
    return figure("Strike and hour", *_drawn(material, "strike", found, rows))


def expiries(material: Material, parts: Parts) -> Markup:
    """The nearest expiry at the top."""
    found = parts.through["expiry"]
    rows = [(f"{one:%y-%m-%d}", one) for one in found.columns]
    return figure("Expiry and hour", *_drawn(material, "expiry", found, rows))


def _drawn(
    material: Material, key: str, found: pd.DataFrame, rows: list[tuple[str, Any]]
) -> tuple[Markup | None, tuple[tuple[str, str], ...], str]:
    """The picture, its keys and what is to be said of it."""
    if found.empty:
        return None, (), material.why_not(f"through_{key}", f"flow_per_{key}")
    name = f"Bullish premium of {material.symbol} by {key} and half hour"
    said = (
        f"Bullish premium that each half hour added, of the {len(rows)} with most premium; a half hour without a fetch "
        "is empty, and the next has both. Side of the trade, not intention."
    )
    closes = material.session.options_close_at
    return _map(name, f"through-{key}", found, rows, closes), KEYS, said


def _map(
    name: str, id_: str, found: pd.DataFrame, rows: list[tuple[str, Any]], closes: datetime
) -> Markup | None:
    """What was fetched after the close is of the half hour in which it closed."""
    times = [at.to_pydatetime() for at in found.index]
    first = _half_hour(min(times[0], closes))
    columns = [(_half_hour(min(at, closes)) - first) // STEP for at in times]
    made = [
        Row(
            label,
            [
                Field(
                    column, float(value), str(value), f"{label}, until {_clock(at)}: {dollars(float(value))}"
                )
                for column, at, value in zip(columns, times, found[key], strict=True)
            ],
        )
        for label, key in rows
    ]
    return heat(name, id_, made, _heads(first, columns[-1] + 1))


def _heads(first: datetime, many: int) -> list[str]:
    """Full hours, as many as fit on a phone; of a map without one its beginning."""
    every = -(-many // HOURS_FIT)
    starts = [first + STEP * at for at in range(many)]
    heads = [_clock(at) if at.minute == 0 and at.hour % every == 0 else "" for at in starts]
    return heads if any(heads) else [_clock(first), *heads[1:]]


def _half_hour(at: datetime) -> datetime:
    return datetime.fromtimestamp(at.timestamp() // STEP.total_seconds() * STEP.total_seconds(), NEW_YORK)


def _clock(at: datetime) -> str:
    return f"{at.astimezone(NEW_YORK):%H:%M}"
