"""A symbol's session: the report's numbers and pictures as they are at this minute, and strikes to follow."""

from __future__ import annotations

from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.dashboard import cells
from analysis.dashboard.frame import Frame
from analysis.draw.bars import Pair, pairs
from analysis.draw.markup import Markup, tag
from analysis.load import browsed
from analysis.report.completeness import states
from analysis.report.material import Material
from analysis.report.parts import Parts, parts
from analysis.show.figures import figures
from analysis.show.page import figure
from analysis.show.pictures import pictures
from analysis.show.report import missing, unusual

MOST_EXPIRIES = 20
READ_ME = (
    "Blocks, clusters and signals need the prints one by one or months of them: make report has them. "
    "docs/analysis.md has each formula, its source and when not to use it."
)


def html(connection: Connection, frame: Frame) -> str:
    """The whole page."""
    material = browsed.day(connection, frame.asked.symbol, frame.days.session, frame.folder)
    found = parts(material)
    return frame.html(
        material.symbol,
        missing(material, states(material.symbol, material.session, material.of("completeness"))),
        figures(found),
        pictures(material, found),
        tag("div", _expiries(material), _strikes(found, frame), class_="pictures below"),
        unusual(found.unusual),
        tag("p", READ_ME, class_="soft"),
    )


def _expiries(material: Material) -> Markup:
    rows = material.of("per_expiry")
    near = rows.sort_values("expiry").head(MOST_EXPIRIES) if len(rows) else rows
    drawn = pairs(
        f"Options premium of {material.symbol} by expiry, puts and calls",
        "expiries",
        ("puts", "calls"),
        [_pair(row) for row in near.itertuples()],
    )
    said = f"The nearest {len(near)} of {len(rows)} expiries, whole day so far."
    return figure(
        "Premium by expiry", drawn, (), said if drawn else material.why_not("per_expiry", "flow_per_expiry")
    )


def _pair(row: Any) -> Pair:  # noqa: ANN401 - a named tuple that pandas makes
    put, call = (value if value is not None else 0 for value in (row.put_premium, row.call_premium))
    return Pair(f"{row.expiry:%y-%m-%d}", float(put), float(call), (str(put), str(call)))


def _strikes(found: Parts, frame: Frame) -> Markup:
    rows = [
        tag(
            "tr",
            cells.link(
                f"{float(row.strike):,g}",
                frame.asked.href(page="strike", strike=row.strike, day=frame.days.session.date),
            ),
            cells.money(row.call_premium, "calls"),
            cells.money(row.put_premium, "puts"),
            cells.money(row.bullish, "bullish"),
            data_strike=str(row.strike),
        )
        for row in reversed(list(found.strikes.itertuples()))
    ]
    head = tag("h2", "Strikes through the days")
    if not rows:
        return tag("figure", head, tag("p", "No strike was collected for this session.", class_="none"))
    return tag("figure", head, cells.grid(("Strike", "Calls", "Puts", "Bullish"), rows, "strike-links"))
