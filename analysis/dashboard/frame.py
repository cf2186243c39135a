"""What stands around each page: where one is, where one can go from here, and whether the page asks itself again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from analysis.dashboard.asked import SESSIONS, Asked
from analysis.draw.markup import Markup, tag
from analysis.load.browsed import Days, Span
from analysis.show.page import page
from collector.core.clock import NEW_YORK

STYLE = Path(__file__).with_name("dashboard.css")
REFRESH_S = 60


@dataclass(frozen=True)
class Frame:
    """Around a page about a session; `now` is when it was asked for, `folder` where the archive is."""

    asked: Asked
    known: dict[str, Span]
    days: Days
    now: datetime
    folder: str

    @property
    def market_open(self) -> bool:
        """Whether the session's options still trade."""
        return self.days.session.opens_at <= self.now < self.days.session.options_close_at

    def html(self, title: str, *body: Markup) -> str:
        """The whole document."""
        day = self.days.session.date
        head = [tag("style", Markup(STYLE.read_text()))]
        if self.asked.refresh and self.market_open:
            head.append(tag("meta", http_equiv="refresh", content=str(REFRESH_S)))
        asked_at = f"Asked at {self.now.astimezone(NEW_YORK):%H:%M:%S} New York time."
        return page(
            f"{title} {day}",
            tag("nav", *self._ways(), aria_label="Pages"),
            tag(
                "header",
                tag("h1", f"{title}, {day:%A} {day.day} {day:%B %Y}"),
                tag("p", asked_at, class_="soft"),
            ),
            *body,
            head=head,
        )

    def _ways(self) -> Iterator[Markup]:
        asked = self.asked
        yield _way("Overview", asked.href(page="overview", symbol="", strike=None), asked.page == "overview")
        if asked.symbol:
            yield _way("Day", asked.href(page="day", strike=None), asked.page == "day")
            yield _way("Levels", asked.href(page="levels", strike=None), asked.page == "levels")
        yield from self._neighbours()
        yield self._choice()
        if asked.page in {"levels", "strike"}:
            for many in SESSIONS:
                yield _way(f"{many} sessions", asked.href(sessions=many), asked.sessions == many)
        if self.market_open:
            word = "Stop refreshing" if asked.refresh else "Refresh each minute"
            yield tag("a", word, href=asked.href(refresh=not asked.refresh), id_="refresh")

    def _neighbours(self) -> Iterator[Markup]:
        oldest, newest = self._bounds()
        before = self.days.before[0].date if self.days.before else None
        if before and before >= oldest:
            yield tag("a", f"← {before:%b} {before.day}", href=self.asked.href(day=before), rel="prev", accesskey="p",
                      title="the session before (access key p)")  # fmt: skip
        after = self.days.after
        if after and after <= newest:
            yield tag("a", f"{after:%b} {after.day} →", href=self.asked.href(day=after), rel="next", accesskey="n",
                      title="the session after (access key n)")  # fmt: skip

    def _bounds(self) -> tuple[date, date]:
        spans = [self.known[self.asked.symbol]] if self.asked.symbol else list(self.known.values())
        return min(one.oldest for one in spans), max(one.newest for one in spans)

    def _choice(self) -> Markup:
        """Another symbol, or another day, by the browser's own controls."""
        asked = self.asked
        target = asked.page if asked.page != "strike" else "day"
        symbols = [
            tag("option", one, value=one, selected="" if one == asked.symbol else None) for one in self.known
        ]
        kept = (
            [tag("input", type="hidden", name="sessions", value=asked.sessions)] if target == "levels" else []
        )
        if asked.refresh:
            kept.append(tag("input", type="hidden", name="refresh", value="on"))
        chosen = [tag("select", *symbols, name="symbol", aria_label="Symbol")] if asked.symbol else []
        return tag(
            "form",
            *chosen,
            tag("input", type="date", name="day", value=self.days.session.date, aria_label="Day"),
            *kept,
            tag("button", "Go", type="submit"),
            action=target,
            method="get",
        )


def _way(text: str, href: str, here: bool) -> Markup:  # noqa: FBT001 - whether one is there
    return tag("a", text, href=href, aria_current="page" if here else None)


def plain(title: str, said: str) -> str:
    """A page that says why there is none."""
    return page(
        title,
        tag("nav", tag("a", "Overview", href="overview"), aria_label="Pages"),
        tag("header", tag("h1", title)),
        tag("div", tag("p", said), class_="state bad", id_="missing"),
        head=[tag("style", Markup(STYLE.read_text()))],
    )
