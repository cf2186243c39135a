"""From answers to verdicts. Pure: rows and answers in, a sentence out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from collector.core import parse
from collector.core.errors import Unparsable
from collector.wire import answers
from collector.wire.look import Looked

FLOOR = Decimal(100_000)
OK, UNAUTHORIZED, FORBIDDEN, UNPROCESSABLE = 200, 401, 403, 422
PAGE = 500
Rows = Sequence[Mapping[str, Any]]


def refused(found: Looked) -> str:
    """What an answer that has no rows says."""
    said = found.value
    text = said.get("message") or said.get("msg") or said.get("error") if isinstance(said, dict) else None
    about = found.code or str(text or found.text)[:80].strip() or "an empty body"
    return f"{found.status}: {about}" if found.status else found.text


def wrong_key(found: Looked) -> str:
    """Status, body and headers of a refusal."""
    if found.status != UNAUTHORIZED:
        return f"not a 401 but {refused(found)}"
    body = f"JSON with code `{found.code}`" if found.code else f"no JSON code: {found.text[:60]!r}"
    counted = any(name.lower().startswith("x-uw-") for name in found.headers)
    return f"401, {body}, {'with' if counted else 'without'} x-uw headers"


def limits(headers: Mapping[str, str]) -> tuple[str, str]:
    """The minute's and the day's budget, as the headers tell them."""
    used, left = (headers.get(name) for name in ("x-uw-minute-req-counter", "x-uw-req-per-minute-remaining"))
    is_told = used is not None and left is not None and used.isdigit() and left.isdigit()
    minute = f"{int(used or 0) + int(left or 0)} requests a minute, {left} left" if is_told else "not told"
    day, spent = headers.get("x-uw-token-req-limit"), headers.get("x-uw-daily-req-count")
    return minute, f"{day} requests a day, {spent} used" if day else "not told"


def order_asc(found: Looked, session_opens: datetime, newest: Rows) -> str:
    """Whether order=asc began at the old end."""
    asked, usual = times(found.rows), times(newest)
    if not asked or not usual:
        return f"not seen: {refused(found) if found.status != OK else 'no rows'}"
    if asked[0] <= usual[-1] or asked[0] < session_opens:
        return f"honoured: begins with the oldest, {asked[0]:%H:%M:%S} UTC"
    return f"ignored: begins with the newest, {asked[0]:%H:%M:%S} UTC"


def floor(smallest: Looked, under: Looked) -> str:
    """Whether prints of less than $100,000 are served."""
    premiums = sorted(
        premium for row in [*smallest.rows, *under.rows] if (premium := _premium(row)) is not None
    )
    if not premiums:
        return f"not seen: {refused(smallest) if smallest.status != OK else 'no rows'}"
    least = premiums[0]
    if least < FLOOR:
        return f"no floor: the smallest premium served is ${least:,.2f}"
    return f"the floor holds: the smallest premium served is ${least:,.2f}, none under $100,000"


def cancels(rows: Rows) -> str:
    """Whether a cancel rewrites its row, and whether corrections come as another row."""
    canceled = [row for row in rows if row.get("canceled") is True]
    if not canceled:
        return f"not seen: none of {len(rows)} prints is canceled"
    good = [row for row in rows if row.get("canceled") is not True]
    standing = {_identity(row) for row in good}
    twice = sum(_identity(row) in standing for row in canceled)
    moments = Counter(row.get("tracking_id") for row in good)
    corrected = sum(bool(moments[row.get("tracking_id")]) for row in canceled)
    how = f"adds a row ({twice} stand beside the print they cancel)" if twice else "rewrites the row"
    return (
        f"{how}: {len(canceled)} of {len(rows)} prints are canceled, "
        f"{corrected} of them have another row of the same millisecond"
    )


def busiest_second(rows: Rows) -> str:
    """Whether a second can hold more prints than a page."""
    most = max(Counter(at.replace(microsecond=0) for at in times(rows)).values(), default=0)
    if most >= PAGE:
        return f"seen: at least {most} in one second; such a second is sliced by size and volume"
    return f"not seen: at most {most} in one second of {len(rows)} prints"


def step(found: Looked) -> str:
    """Minutes between two rows of the tide."""
    steps = {later - earlier for earlier, later in pairwise(sorted(times(found.rows, "timestamp")))}
    if not steps:
        return f"not seen: {refused(found) if found.status != OK else 'fewer than two rows'}"
    minutes = min(steps).total_seconds() / 60
    return f"{minutes:g} minute{'' if minutes == 1 else 's'}"


def history(found: Looked, asked_for: str) -> str:
    """How far back the plan sees."""
    if found.status == OK:
        return f"reaches back to {asked_for} at least ({len(found.rows)} rows)"
    if found.code != "historic_data_access_missing":
        return refused(found)
    said = str(found.value.get("message", ""))
    earliest = answers.earliest(said)
    return f"your plan reaches back to {earliest}" if earliest else said.splitlines()[0]


def feed(found: Looked) -> str:
    """Whether a feed is served."""
    said = str(found.value)
    if (found.status == FORBIDDEN and found.code) or (
        found.status == UNPROCESSABLE and "Missing access" in said
    ):
        return f"not in this plan ({refused(found)})"
    if found.status != OK or found.value is None:
        return f"unclear ({refused(found)})"
    return f"served, {len(found.rows)} rows" if found.rows else "served, without rows now"


def distinct(rows: Iterable[Mapping[str, Any]]) -> Rows:
    """Each row once: neighbouring pages share a second."""
    return list({(_identity(row), row.get("canceled")): row for row in rows}.values())


def times(rows: Rows, key: str = "executed_at") -> list[datetime]:
    """In the order of the answer, those that can be read."""
    found = []
    for row in rows:
        try:
            found.append(parse.some_instant(row, key))
        except Unparsable:  # noqa: PERF203 - one row without a time says nothing about the others
            continue
    return found


def _premium(row: Mapping[str, Any]) -> Decimal | None:
    try:
        return parse.number(row.get("premium"), "premium")
    except Unparsable:
        return None


def _identity(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(key) for key in ("executed_at", "tracking_id", "price", "size", "volume"))
