"""Times, spans and lines as a person reads them at a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import datetime, timedelta

from collector.core.clock import NEW_YORK
from collector.core.intervals import Interval

WIDTH = 80
A_MINUTE = 60


def when(at: datetime, now: datetime, *, full: bool = False) -> str:
    """In New York; the date only where it is another day."""
    local, today = at.astimezone(NEW_YORK), now.astimezone(NEW_YORK).date()
    if full:
        return f"{local:%a %Y-%m-%d %H:%M} New York"
    return f"{local:%H:%M}" if local.date() == today else f"{local:%m-%d %H:%M}"


def span(long: timedelta) -> str:
    """In the two largest units that say something."""
    seconds = int(long.total_seconds())
    if seconds < A_MINUTE:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


def between(interval: Interval) -> str:
    """Both ends in New York, to the second."""
    start, end = (at.astimezone(NEW_YORK) for at in interval)
    return f"{start:%H:%M:%S}-{end:%H:%M:%S}"


def in_width(line: str, indent: int = 2) -> list[str]:
    """The line, broken between words where it is too long; what follows is indented."""
    return textwrap.wrap(line, WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False)


def cut(line: str) -> str:
    """The line, ended by … where it is too long."""
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"


def percent(share: float, *, whole: bool) -> str:
    """Never rounded up to 100: a hole of a second shows."""
    return "100 %" if whole else f"{min(share * 100, 99.99):.2f} %"


def side_by_side(names: Sequence[str], width: int) -> str:
    """All names, or as many as fit and how many more there are."""
    for shown in range(len(names), 0, -1):
        more = [f"+{len(names) - shown}"] if shown < len(names) else []
        text = " ".join([*names[:shown], *more])
        if len(text) <= width:
            return text
    return f"{len(names)} names"
