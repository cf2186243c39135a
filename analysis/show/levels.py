"""Price levels and volume profile, for a terminal of 80 columns and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from analysis.darkpool.profile import Profile
from analysis.darkpool.report import LevelsReport
from collector.core.clock import NEW_YORK

WIDTH = 80
BAR = 30
NOT_IN_IT = (
    "Not in it: prints under the vendor's floor, usually $100,000 each, and everything traded on exchanges. "
    "So this shows where large off-exchange prints were, not how much traded in the dark that day."
)


def as_text(report: LevelsReport) -> str:
    """The whole answer, no line longer than WIDTH."""
    head = f"{report.symbol} {report.day}: off-exchange prints at market prices"
    body = _nothing(report) if report.profile is None else "\n".join(_table(report.profile, report.prints))
    notes = [said_left_out(report.left_out), NOT_IN_IT, _collected(report)]
    return "\n".join([head, body, "", *(textwrap.fill(note, WIDTH) for note in notes)])


def as_json(report: LevelsReport) -> dict[str, Any]:
    """The same as text would say; money and shares are strings, so nothing is rounded on the way."""
    return {
        "symbol": report.symbol,
        "session_date": str(report.day),
        "prints": report.prints,
        "profile": None if report.profile is None else _profile(report.profile),
        "left_out": {
            reason: {"prints": int(row["prints"]), "shares": str(row["shares"])}
            for reason, row in report.left_out.iterrows()
        },
        "not_collected": [[start.isoformat(), end.isoformat()] for start, end in report.missing],
        "note": NOT_IN_IT,
    }


def _profile(profile: Profile) -> dict[str, Any]:
    low, high = profile.value_area
    return {
        "step": str(profile.step),
        "shares": str(profile.shares),
        "vwap": f"{profile.vwap:.4f}",
        "point_of_control": str(profile.point_of_control),
        "value_area": {"low": str(low), "high": str(high), "share": f"{profile.value_area_share:.4f}"},
        "high_volume_nodes": [str(price) for price in profile.nodes],
        "levels": [
            {
                "price": str(row.price),
                "shares": str(row.shares),
                "premium": str(row.premium),
                "prints": int(row.prints),
            }
            for row in profile.levels.itertuples()
        ],
    }


def _table(profile: Profile, prints: int) -> Iterator[str]:
    low, high = profile.value_area
    shares, vwap = f"{profile.shares:,}", f"{profile.vwap:,.4f}"
    yield f"{prints:,} prints, {shares} shares, VWAP ${vwap}, levels of ${profile.step}"
    yield ""
    yield f"     {'price':>11} {'shares':>13} {'%':>5} {'prints':>7}"
    for row in reversed(list(profile.levels.itertuples())):
        yield _line(row, profile)
    yield ""
    yield f"P  point of control  ${profile.point_of_control:,}: the level with the most shares"
    yield f"|  value area        ${low:,} to ${high:,}: {profile.value_area_share:.1%} of the shares"
    yield f"n  high-volume node  above both neighbours and 1.5 times the mean: {len(profile.nodes)} of them"


def _line(row: Any, profile: Profile) -> str:  # noqa: ANN401 - a named tuple that pandas makes
    low, high = profile.value_area
    mark = "P" if row.price == profile.point_of_control else "n" if row.price in profile.nodes else " "
    inside = "|" if low <= row.price <= high else " "
    percent = 100 * row.shares / profile.shares
    bar = "#" * int(BAR * row.shares / max(profile.levels["shares"]) + Decimal("0.5"))
    numbers = f"{row.price:>11,} {row.shares:>13,} {percent:>5.1f} {row.prints:>7,}"
    return f"  {mark}{inside} {numbers} {bar}".rstrip()


def _nothing(report: LevelsReport) -> str:
    return f"No print to show for {report.symbol} on {report.day}."


def said_left_out(left_out: pd.DataFrame) -> str:
    """How many prints an answer does not use, and why."""
    parts = [f"{row['prints']:,} {reason} ({row['shares']:,} shares)" for reason, row in left_out.iterrows()]
    return f"Left out: {', '.join(parts)}."


def _collected(report: LevelsReport) -> str:
    if not report.missing:
        return "Collected: the whole day, 04:00 to 20:00 New York."
    spans = ", ".join(f"{_clock(start)} to {_clock(end)}" for start, end in report.missing)
    return f"INCOMPLETE, not collected (New York): {spans}."


def _clock(at: datetime) -> str:
    return f"{at.astimezone(NEW_YORK):%H:%M:%S}"
