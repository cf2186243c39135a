"""All symbols of one session: where to look first."""

from __future__ import annotations

from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.dashboard import cells
from analysis.dashboard.frame import Frame
from analysis.draw.markup import Markup, tag
from analysis.load import browsed
from analysis.report.completeness import State, states

HEADS = (
    "Symbol",
    "Close",
    "Dark share",
    "Net call premium",
    "Net put premium",
    "IV rank",
    "Rules' hits",
    "Alerts",
)
READ_ME = (
    "Dark share is of the vendor's volume at each price, all venues. Net premium is at the ask less at the bid, all "
    "minutes so far. Hits are what your rules found; alerts are the vendor's, trades of the same tape. "
    "A dash was not collected."
)


def html(connection: Connection, frame: Frame) -> str:
    """The whole page."""
    day = frame.days.session.date
    lines, known = browsed.overview(connection, list(frame.known), day, frame.folder)
    state = {symbol: states(symbol, frame.days.session, known) for symbol in frame.known}
    rows = [_row(one, frame) for one in lines.itertuples()]
    return frame.html(
        "Overview",
        _missing(state),
        tag("section", cells.grid(HEADS, rows, "symbols"), tag("p", READ_ME, class_="soft")),
    )


def _row(one: Any, frame: Frame) -> Markup:  # noqa: ANN401 - a named tuple that pandas makes
    href = frame.asked.href(page="day", symbol=one.symbol, day=frame.days.session.date)
    return tag(
        "tr",
        cells.link(one.symbol, href),
        cells.number(one.close, lambda value: f"{value:,}", "close"),
        cells.part(cells.share(one.dark, one.lit), "dark-share"),
        cells.money(one.net_call, "net-call"),
        cells.money(one.net_put, "net-put"),
        cells.number(one.iv_rank, lambda value: f"{value:.1f}", "iv-rank"),
        cells.cell(f"{one.hits:,}", "hits"),
        cells.cell(f"{one.alerts:,}", "alerts"),
        data_symbol=one.symbol,
    )


def _missing(found: dict[str, tuple[State, ...]]) -> Markup:
    lacking = {
        symbol: [one.feed for one in states if not one.whole]
        for symbol, states in found.items()
        if not all(one.whole for one in states)
    }
    if not lacking:
        said = tag("p", tag("strong", "Complete: "), "all feeds of all symbols have the whole session.")
        return tag("div", said, class_="state", id_="missing")
    head = tag(
        "p",
        tag("strong", "INCOMPLETE: "),
        f"{len(lacking)} of {len(found)} symbols lack something of this session.",
    )
    lines = [tag("li", f"{symbol}: {', '.join(feeds)}") for symbol, feeds in lacking.items()]
    return tag("div", head, tag("ul", *lines), class_="state bad", id_="missing")
