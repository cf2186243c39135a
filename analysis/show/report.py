"""A report as one HTML page: first what is missing, then the numbers, then what they may mean."""

from __future__ import annotations

from datetime import datetime

from analysis.draw.markup import Markup, tag
from analysis.draw.scale import dollars
from analysis.report.completeness import State, clock
from analysis.report.material import Material
from analysis.report.parts import Parts
from analysis.report.trust import Said
from analysis.report.unusual import Unusual
from analysis.show.figures import figures
from analysis.show.page import page, table
from analysis.show.pictures import pictures
from collector.core.clock import NEW_YORK

WORDS = {1: "+1: up", 0: "0: nothing", -1: "-1: down", None: "too little known"}
READ_ME = (
    "Off-exchange prints are those over the vendor's floor, usually $100,000 each: they show where large prints were, "
    "not how much traded in the dark. The side of a trade is not its intention. One day is one observation. "
    "docs/analysis.md has each formula, its source and when not to use it."
)


def html(
    material: Material,
    found: Parts,
    states: tuple[State, ...],
    rules: tuple[Said, ...],
    as_of: datetime | None,
) -> str:
    """The whole page."""
    day = material.day
    title = f"{material.symbol}, {day:%A} {day.day} {day:%B %Y}"
    return page(
        f"{material.symbol} {day}",
        tag("header", tag("h1", title), tag("p", _as_of(material), class_="soft")),
        missing(material, states),
        figures(found),
        pictures(material, found),
        unusual(found.unusual),
        _kinds(found),
        _rules(rules, as_of),
        _data(states),
        tag("p", READ_ME, class_="soft"),
    )


def _as_of(material: Material) -> str:
    known = material.of("completeness")
    newest = known["collected_at"].max() if len(known) else None
    if newest is None or newest != newest:  # noqa: PLR0124 - how pandas says nothing
        return "When it was collected is not known."
    return f"Of what had been collected until {newest.astimezone(NEW_YORK):%Y-%m-%d %H:%M:%S} New York time."


def missing(material: Material, states: tuple[State, ...]) -> Markup:
    """What cannot be trusted, before any number."""
    lacking = [
        f"{one.feed}: {one.said}. Without it {one.shows} cannot be trusted."
        for one in states
        if not one.whole
    ]
    lacking += [f"{name}: not asked, {reason}." for name, reason in material.refused.items()]
    if not lacking:
        return tag("div", tag("p", tag("strong", "Complete: "), "all feeds of this page have the whole session."),
                   class_="state", id_="missing")  # fmt: skip
    head = tag("p", tag("strong", "INCOMPLETE: "), f"{len(lacking)} things are missing on this page.")
    lines = tag("ul", *(tag("li", one) for one in lacking))
    return tag("div", head, lines, class_="state bad", id_="missing")


def unusual(found: Unusual) -> Markup:
    """Events in the order of time, each with its reason."""
    notes = [tag("p", note, class_="soft") for note in found.notes]
    head = tag("h2", "Unusual, and why")
    if not found.events:
        return tag(
            "section", head, tag("p", "Nothing unusual was found.", class_="none"), *notes, id_="unusual"
        )
    rows = [
        (
            clock(one.at),
            one.kind,
            "" if one.premium is None else dollars(float(one.premium)),
            one.what,
            one.why,
        )
        for one in found.events
    ]
    heads = ("New York", "kind", "premium", "what", "why")
    return tag("section", head, table(heads, rows, "events", ("at", "kind", "number", "what", "why")), *notes,
               id_="unusual")  # fmt: skip


def _kinds(found: Parts) -> Markup:
    head = tag("h2", "The vendor's alerts, by kind")
    if found.kinds is None:
        said = "No alert of the vendor's was collected for this session."
        return tag("section", head, tag("p", said, class_="none"), id_="kinds")
    rows = [
        (str(kind), f"{row['alerts']:,}", dollars(float(row["premium"])), dollars(float(row["bullish"])))
        for kind, row in found.kinds.iterrows()
    ]
    note = tag("p", "Alerts are trades of the same tape: do not add them to it.", class_="soft")
    shown = table(("kind", "alerts", "premium", "bullish"), rows, "kinds", ("", "number", "number", "number"))
    return tag("section", head, shown, note, id_="kinds")


def _rules(rules: tuple[Said, ...], as_of: datetime | None) -> Markup:
    until = f"until {as_of.astimezone(NEW_YORK):%Y-%m-%d %H:%M}" if as_of else "by then"
    note = f"Made of what had been collected {until}, each judged on the 130 days before. None of this is advice."
    shown = [
        tag(
            "article",
            tag("h3", f"{one.rule.name}: ", tag("span", WORDS[one.value], class_="said")),
            tag("p", one.rule.definition),
            tag("p", tag("strong", "How much to trust it: "), one.trust, class_="trust"),
            tag("p", f"What is known: {one.rule.prior} It is known to fail: {' '.join(one.rule.failure_modes)}",
                class_="soft"),
            id_=f"rule-{one.rule.name}",
        )
        for one in rules
    ]  # fmt: skip
    return tag(
        "section",
        tag("h2", "What the signals say, and how much to trust them"),
        tag("p", note, class_="soft"),
        *shown,
    )


def _data(states: tuple[State, ...]) -> Markup:
    rows = [
        tag("tr", tag("td", one.feed), tag("td", one.shows),
            tag("td", one.said, class_=None if one.whole else "lacking"), id_=f"feed-{one.feed}")
        for one in states
    ]  # fmt: skip
    shown = tag("div", tag("table", tag("tbody", *rows), class_="feeds"), class_="wide")
    return tag("section", tag("h2", "What was collected (New York time)"), shown)
