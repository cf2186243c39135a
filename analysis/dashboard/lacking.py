"""Which sessions of a span a feed does not have whole: said above what was summed over them."""

from __future__ import annotations

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.dashboard.frame import Frame
from analysis.draw.markup import Markup, tag
from analysis.load import browsed
from analysis.report.completeness import state


def lacking(connection: Connection, frame: Frame, feed: str) -> Markup:
    """A line a session that is not whole."""
    sessions = frame.days.all
    rows = browsed.fetched(connection, feed, frame.asked.symbol, sessions[0].date, sessions[-1].date)
    known = {row.session_date: row for row in rows.itertuples()}
    found = [(one.date, state(feed, one, known.get(one.date))) for one in sessions]
    bad = [(day, one) for day, one in found if not one.whole]
    if not bad:
        said = tag("p", tag("strong", "Complete: "), f"{feed} has {len(sessions)} whole sessions.")
        return tag("div", said, class_="state", id_="missing")
    head = tag(
        "p",
        tag("strong", "INCOMPLETE: "),
        f"{feed} lacks something of {len(bad)} of {len(sessions)} sessions.",
    )
    inner = tag("ul", *(tag("li", f"{day}: {one.said}") for day, one in reversed(bad)))
    more = tag("details", tag("summary", "Which"), inner)
    return tag("div", head, more, class_="state bad", id_="missing")
