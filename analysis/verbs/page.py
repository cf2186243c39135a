"""A report's page, asked for and computed: what `analysis report` writes and the night sends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis import signals
from analysis.load import session, trials
from analysis.report.completeness import State, states
from analysis.report.material import Material
from analysis.report.parts import Parts, parts
from analysis.report.trust import said
from analysis.show.report import html
from collector.core.errors import Terminal

FOLDER = Path("reports")


class Nothing(Terminal):
    """Of that day there is no row to make a page of."""


@dataclass(frozen=True)
class Page:
    """The page, and what it is made of."""

    material: Material
    found: Parts
    states: tuple[State, ...]
    content: bytes

    @property
    def name(self) -> str:
        """SPY-2026-11-20.html."""
        return f"{quote(self.material.symbol, safe='')}-{self.material.day}.html"

    @property
    def lacking(self) -> list[str]:
        """Feeds that are not whole."""
        return [one.feed for one in self.states if not one.whole]


def ask(connection: Connection, symbol: str, day: date | None, archive: str) -> Material:
    """The rows of a day, or of the newest.

    Raises:
        Terminal: the symbol or the day is not one of which anything was collected.
    """
    known = session.symbols(connection)
    if symbol not in known:
        raise Terminal(f"{symbol} is not collected here; collected are: {', '.join(known) or 'none'}")
    day = day or session.newest(connection, symbol, archive)
    if day is None:
        raise Terminal(f"nothing of {symbol} was collected yet")
    on = session.session_of(connection, day)
    if on is None:
        raise Terminal(f"{day:%A} {day} is no trading day that this release's calendar knows")
    found = session.material(connection, symbol, on, archive)
    if found.nothing:
        raise Nothing(f"nothing of {symbol} was collected for {day:%A} {day}")
    return found


def made(material: Material, registry: Path) -> Page:
    """Compute it; `registry` is of trials, which the rules are judged by."""
    data = f"{material.symbol} {material.day}"
    counted = trials.read(registry)
    rules, as_of = said(signals.ALL, material.of("facts"), material.of("opens"), data, counted)
    state = states(material.symbol, material.session, material.of("completeness"))
    found = parts(material)
    return Page(material, found, state, html(material, found, state, rules, as_of).encode())
