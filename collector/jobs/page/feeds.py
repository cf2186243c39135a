"""Feeds on the page: how each is, its rows beside what is usual, what is covered and what is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from collector.jobs.page.charts import Bar, bars
from collector.jobs.page.facts import Facts
from collector.jobs.page.html import Html, tag, together
from collector.jobs.words import between, percent, side_by_side, when

WORST_FIRST = ("late", "never", "fresh", "n/a")
MOST_NAMES, MOST_HOLES = 60, 40
# Hours of the New York day that a chart shows.
FIRST_HOUR, LAST_HOUR = 6, 22
One = Mapping[str, Any]


def feeds(known: Facts, now: datetime) -> Html:
    """A card each, the worst first."""
    ordered = sorted(_grouped(known), key=lambda ones: WORST_FIRST.index(_worst(ones)))
    cards = [_card(ones, known, now) for ones in ordered]
    return tag("div", *cards, class_="cards") if cards else tag("p", "Nothing is known of any feed yet.")


def _grouped(known: Facts) -> list[list[One]]:
    return [list(ones) for _, ones in groupby(known["feeds"], key=lambda one: one["name"])]


def _worst(ones: Sequence[One]) -> str:
    return min((str(one["state"]) for one in ones), key=WORST_FIRST.index)


def _card(ones: Sequence[One], known: Facts, now: datetime) -> Html:
    name, state = str(ones[0]["name"]), _worst(ones)
    times = [datetime.fromisoformat(one["collected_at"]) for one in ones if one["collected_at"]]
    shares = [
        one["days"][0]["covered"] for one in ones if one["days"] and one["days"][0]["covered"] is not None
    ]
    holes = sum(len(one["days"][0]["holes"]) for one in ones if one["days"])
    facts = [f"last {when(min(times), now)}" if times else "never collected"]
    if shares:
        facts += [
            f"covered {percent(min(shares), whole=not holes)}",
            f"{holes} hole{'s' if holes != 1 else ''}",
        ]
    head = tag("h3", name, tag("span", state, class_=f"state {_class(state)}"))
    symbols = tag("p", side_by_side([str(one["symbol"]) for one in ones], MOST_NAMES), class_="symbols")
    return tag(
        "article", head, symbols, tag("p", " · ".join(facts)), _by_hour(name, known), _by_day(name, known)
    )


def _class(state: str) -> str:
    return {"late": "bad", "never": "warn", "fresh": "good"}.get(state, "none")


def _by_hour(feed: str, known: Facts) -> Html:
    found = known["hours"].get(feed)
    if not found:
        return Html("")
    hours = [
        Bar(
            found["rows"][hour],
            found["usual"][hour],
            f"{hour:02}:00 {found['rows'][hour]:,}{_usual(found['usual'][hour])}",
        )
        for hour in range(FIRST_HOUR, LAST_HOUR)
    ]
    stored = sum(found["rows"])
    label = f"{feed}: rows stored by hour on {found['day']}"
    told = together(
        tag("b", f"{stored:,}", data_hours=feed), f" rows stored on {_short(found['day'])}, by hour"
    )
    ends = tag("span", f"{FIRST_HOUR:02}:00"), tag("span", f"{LAST_HOUR:02}:00")
    return tag("figure", tag("figcaption", told), bars(hours, label), tag("div", *ends, class_="ends"))


def _by_day(feed: str, known: Facts) -> Html:
    found, sessions = known["days"].get(feed), known["sessions"]
    if not found or not sessions:
        return Html("")
    days = [
        Bar(rows, found["usual"], f"{day} {rows:,}{_usual(found['usual'])}")
        for day, rows in zip(sessions, found["rows"], strict=True)
    ]
    told = together(
        tag("b", f"{found['rows'][-1]:,}", data_rows=feed),
        f" rows of {_short(sessions[-1])}",
        f", usual {found['usual']:,.0f}"
        if found["usual"] is not None
        else ", what is usual is not known yet",
    )
    label = f"{feed}: rows of each session"
    ends = tag("span", _short(sessions[0])), tag("span", _short(sessions[-1]))
    return tag("figure", tag("figcaption", told), bars(days, label), tag("div", *ends, class_="ends"))


def _usual(number: float | None) -> str:
    return "" if number is None else f", usual {number:,.0f}"


def _short(day: str) -> str:
    return f"{date.fromisoformat(day):%a %m-%d}"


def coverage(known: Facts, now: datetime) -> Html:
    """Feeds down, sessions across: how far each has come; below it every hole."""
    sessions = sorted({day["session"] for one in known["feeds"] for day in one["days"]})
    head = tag("tr", tag("th", "feed"), *(tag("th", _short(day)) for day in sessions))
    rows = [_row(ones, sessions) for ones in _grouped(known)]
    table = tag("div", tag("table", tag("thead", head), tag("tbody", *rows)), class_="wide", tabindex="0")
    opened = list(_open(known, now))
    shown = [tag("li", line) for line in opened[:MOST_HOLES]]
    more = (
        [tag("li", f"and {len(opened) - MOST_HOLES} more: collector coverage")]
        if len(opened) > MOST_HOLES
        else []
    )
    holes = tag("ul", *shown, *more, class_="holes") if opened else tag("p", "Nothing that was due is open.")
    return together(table if sessions else Html(""), tag("h3", "What is open"), holes)


def _row(ones: Sequence[One], sessions: Sequence[str]) -> Html:
    by_session: dict[str, list[One]] = {}
    for one in ones:
        for day in one["days"]:
            by_session.setdefault(day["session"], []).append(day)
    cells = [_cell(by_session.get(session, [])) for session in sessions]
    return tag("tr", tag("th", ones[0]["name"], scope="row"), *cells)


def _cell(days: Sequence[One]) -> Html:
    if not days:
        return tag("td", "-", class_="none")
    if any(day["holes"] or day["lacks"] for day in days):
        shares = [day["covered"] for day in days if day["covered"] is not None]
        return tag("td", percent(min(shares), whole=False) if shares else "open", class_="bad")
    return tag("td", days[0]["stage"], class_="good")


def _open(known: Facts, now: datetime) -> Iterator[str]:
    """A line for each hole or lack; symbols of a feed that lack the same stand side by side."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for one in known["feeds"]:
        for day in one["days"]:
            for lack in _lacks(day, now):
                alike.setdefault((day["session"], str(one["name"]), lack), []).append(str(one["symbol"]))
    for (session, name, lack), symbols in sorted(alike.items(), key=lambda item: item[0][0], reverse=True):
        yield f"{name} {side_by_side(symbols, MOST_NAMES)} {_short(session)}: {lack}"


def _lacks(day: One, now: datetime) -> Iterator[str]:
    for begin, end in day["holes"]:
        yield between((datetime.fromisoformat(begin), datetime.fromisoformat(end)))
    if day["lacks"] and not day["holes"]:
        last = (
            f", last {when(datetime.fromisoformat(day['collected_at']), now)}" if day["collected_at"] else ""
        )
        yield f"{day['lacks']}{last}"
