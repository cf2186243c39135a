"""What of a session was collected, feed by feed: what is missing is said before any number is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from collector import sources
from collector.core.clock import NEW_YORK
from collector.core.intervals import Interval, holes
from collector.core.sessions import Session
from collector.core.source import BySecond, Source

# What a report is made of, and what is not in it without the feed.
FEEDS = {
    "darkpool_trades": "dark-pool levels, blocks and clusters",
    "ohlc_1m": "the price",
    "darkpool_price_levels": "the dark share",
    "flow_per_expiry": "the bullish premium",
    "flow_per_strike": "premium by strike",
    "net_prem_ticks": "net premium through the day",
    "market_tide": "the market's tide",
    "flow_alerts": "the vendor's alerts",
    "iv_rank": "IV rank",
    "sector_tide": "the sectors' tides",
    "etf_tide": "the tide of what it holds",
}
# Pages do without them: they are said of a session in which they were begun.
BESIDES = frozenset({"sector_tide", "etf_tide"})
MOST_HOLES = 3


@dataclass(frozen=True)
class State:
    """Of one feed: whether it is whole, and what is to be said about it."""

    feed: str
    shows: str
    whole: bool
    said: str


def states(symbol: str, session: Session, known: pd.DataFrame) -> tuple[State, ...]:
    """One for each feed of a report; `known` has a line for each feed and symbol that was begun."""
    found = {(row.feed, row.symbol): row for row in known.itertuples()}
    return tuple(_states(symbol, session, found))


def _states(symbol: str, session: Session, found: Mapping[tuple[str, str], Any]) -> Iterator[State]:
    for feed in FEEDS:
        names = sources.by_name(feed).symbols((symbol,))
        rows = {name: found.get((feed, name)) for name in names}
        begun = [row for row in rows.values() if row is not None and row.outcome != "not_offered"]
        if begun or feed not in BESIDES:
            yield _of_all(feed, [(name, state(feed, session, row)) for name, row in rows.items()])


def _of_all(feed: str, each: Sequence[tuple[str, State]]) -> State:
    """Of a feed with many symbols: the first of those that are not whole speaks for them."""
    lacking = [(name, one) for name, one in each if not one.whole]
    if len(each) == 1 or not lacking:
        return each[0][1]
    name, one = lacking[0]
    return State(feed, one.shows, False, f"{len(lacking)} of {len(each)} are not whole, {name}: {one.said}")  # noqa: FBT003 - whole


def state(feed: str, session: Session, row: Any) -> State:  # noqa: ANN401 - a named tuple that pandas makes
    """Of one feed; `row` is None where it was never begun."""
    whole, said = _said(sources.by_name(feed), session, row)
    return State(feed, FEEDS[feed], whole, said)


def _said(source: Source, session: Session, row: Any) -> tuple[bool, str]:  # noqa: ANN401 - same
    if row is None:
        return False, "nothing was collected"
    if row.outcome == "not_offered":
        return False, "the vendor does not have it for this symbol"
    hours = session.hours(source.hours)
    if isinstance(source.page, BySecond):
        return _in_seconds(hours, list(zip(row.starts, row.ends, strict=True)))
    if pd.isna(row.collected_at):
        return False, "nothing was collected"
    at, end = row.collected_at, hours[1]
    if at < end:
        return (
            False,
            f"last fetched at {clock(at)}, before its end at {clock(end)}: what came after is missing",
        )
    return True, f"whole, last fetched at {clock(at)}"


def _in_seconds(hours: Interval, covered: Sequence[Interval]) -> tuple[bool, str]:
    left = holes(hours, covered)
    if not left:
        return True, f"whole, {clock(hours[0])} to {clock(hours[1])}"
    if left == [hours]:
        return False, "nothing was collected"
    named = [f"{clock(start)} to {clock(end)}" for start, end in left[:MOST_HOLES]]
    more = f" and {len(left) - MOST_HOLES} more" if len(left) > MOST_HOLES else ""
    return False, f"not collected: {', '.join(named)}{more}"


def clock(at: datetime) -> str:
    """New York's wall clock."""
    return f"{at.astimezone(NEW_YORK):%H:%M:%S}"
