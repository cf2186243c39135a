"""The runs on the page: when, how each ended, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from collector.jobs.page.facts import Facts
from collector.jobs.page.html import Html, tag, together
from collector.jobs.words import span, when

BAD = ("failed", "interrupted")
# Of one run; what fails for one reason is said once.
MOST_REASONS = 6


def runs(known: Facts, now: datetime) -> Html:
    """The newest first."""
    if not known["runs"]:
        return tag("p", "There was no run yet.")
    outcomes = Counter(run["outcome"] for run in known["runs"])
    told = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in outcomes.most_common())
    return together(
        tag("p", f"Of the last {len(known['runs'])}: {told}."), tag("ol", *_lines(known, now), class_="runs")
    )


def _lines(known: Facts, now: datetime) -> Iterator[Html]:
    for run in known["runs"]:
        began = datetime.fromisoformat(run["started_at"])
        ended = datetime.fromisoformat(run["finished_at"]) if run["finished_at"] else None
        took = span(ended - began) if ended else "-"
        state = "bad" if run["outcome"] in BAD else "warn" if run["outcome"] == "stopped" else "good"
        head = together(
            tag("time", when(began, now), datetime=run["started_at"]),
            tag("span", run["outcome"].replace("_", " "), class_=f"state {state}"),
            tag("span", f"{run['kind']}, {took}", class_="quiet"),
        )
        yield tag("li", tag("div", head), tag("p", run["message"]), *_reasons(run), data_run=run["run_id"])


def _reasons(run: Mapping[str, Any]) -> Iterator[Html]:
    by_reason: dict[tuple[str, str], list[str]] = {}
    for feed, symbol, outcome, message in run["reasons"]:
        parts = by_reason.setdefault((outcome, message), [])
        # One of several sessions is named once.
        parts += [] if f"{feed} {symbol}" in parts else [f"{feed} {symbol}"]
    lines = [
        tag(
            "li",
            f"{outcome.replace('_', ' ')}: {', '.join(parts[:2])}{_more(parts)}{f': {message}' if message else ''}",
        )
        for (outcome, message), parts in by_reason.items()
    ]
    if lines:
        yield tag("ul", *lines[:MOST_REASONS])


def _more(parts: list[str]) -> str:
    return f" and {len(parts) - 2} more" if len(parts) > 2 else ""  # noqa: PLR2004 - as many as were named
