"""What the market did: what a rule finds anew is noted, and becomes a message in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from collector.alerts import once, silence, words
from collector.alerts.rules import Rule
from collector.alerts.words import Hit
from collector.core.sessions import Calendar, Session
from collector.core.source import MARKET
from collector.store import outbox, reads
from collector.store.database import transaction

# The last prints and flow of a session arrive with the passes after it.
AFTER = timedelta(minutes=10)
SESSIONS = 20


@dataclass(frozen=True)
class Watch:
    """What every rule is asked with."""

    session: Session
    now: datetime
    silences: silence.Silence


def session_on(calendar: Calendar, now: datetime) -> Session | None:
    """The session in whose hours rules are asked; None outside."""
    session = calendar.at(now)
    return session if session and session.opens_at <= now <= session.options_close_at + AFTER else None


def pairs(rules: Sequence[Rule], symbols: Sequence[str]) -> Iterator[tuple[Rule, str]]:
    """Each rule with each symbol that it is asked for."""
    for rule in rules:
        for symbol in (MARKET,) if rule.kind.whole_market else symbols:
            yield rule, symbol


def parameters(rule: Rule, symbol: str, session: Session, now: datetime) -> dict[str, Any]:
    """The values of the rule's query."""
    values = dict(rule.values)
    if "prices" in values:
        values["prices"] = values["prices"].get(symbol, [])
    fixed = {"symbol": symbol, "now": now, "window": rule.window}
    return {**values, **fixed, "opens_at": session.opens_at, "session_date": session.date}


def find(cursor: Cursor, rule: Rule, values: dict[str, Any]) -> list[Hit]:
    """What the rule finds in its hours, new or not; what is from before the opening has none."""
    if not rule.looks_at(values["now"]):
        return []
    found = [Hit(*row) for row in outbox.fetch(cursor, f"alert_{rule.kind.name}", values)]
    return [hit for hit in found if hit.at < values["opens_at"] or rule.looks_at(hit.at)]


def watch(connection: Connection, rules: Sequence[Rule], symbols: Sequence[str], seen: Watch) -> list[str]:
    """Ask every rule; the titles of what is written."""
    titles = [_ask(connection, rule, symbol, seen) for rule, symbol in pairs(rules, symbols)]
    return [title for title in titles if title]


def _ask(connection: Connection, rule: Rule, symbol: str, seen: Watch) -> str:
    with transaction(connection), connection.cursor() as cursor:
        hits = find(cursor, rule, parameters(rule, symbol, seen.session, seen.now))
        fresh = [hit for hit in hits if _is_new(cursor, rule, symbol, hit, seen.now)]
        series = f"market/{rule.name}/{symbol}"
        before = _episode(cursor, series)
        after = once.observed(before, seen.now, len(fresh), rule.pace)
        kind = once.word(before, after, seen.now, rule.pace)
        if after is None or after is before:
            return ""
        title = ""
        if kind and not silence.covers(seen.silences, series, kind, after.since, seen.now):
            texts = (
                words.resolved(rule.name, symbol, after)
                if kind == "resolved"
                else words.fired(rule, symbol, max(fresh, key=lambda hit: abs(hit.value)), after, kind)
            )
            title = _write(cursor, _Said(series, rule.severity, kind, texts), after, seen.now)
            after = once.noted(after, kind, seen.now)
        outbox.execute(cursor, "alert_series_put", {"series": series, **vars(after)})
        return title


def _is_new(cursor: Cursor, rule: Rule, symbol: str, hit: Hit, now: datetime) -> bool:
    row = {
        **vars(hit),
        "facts": outbox.as_json(hit.facts),
        "rule": rule.name,
        "symbol": symbol,
        "noted_at": now,
    }
    return bool(outbox.execute(cursor, "alert_hit_put", row))


def _episode(cursor: Cursor, series: str) -> once.Episode | None:
    found = outbox.fetch(cursor, "alert_series", {"series": series})
    return once.Episode(*found[0]) if found else None


@dataclass(frozen=True)
class _Said:
    series: str
    severity: str
    kind: str
    texts: tuple[str, str]


def _write(cursor: Cursor, said: _Said, episode: once.Episode, now: datetime) -> str:
    key = f"{said.series}@{episode.since.isoformat()}/{said.kind}/{episode.said}/{episode.reopened}"
    title, body = said.texts
    row = {"series": said.series, "kind": said.kind, "severity": said.severity, "title": title, "body": body}
    outbox.execute(cursor, "outbox_put", {**row, "key": key, "created_at": now})
    return title


def close(connection: Connection, rules: Sequence[Rule], silences: silence.Silence, now: datetime) -> None:
    """Outside the market's hours: nothing is asked, and what has been quiet for long enough is over."""
    known = {rule.name: rule for rule in rules}
    for series, *facts in reads.rows(connection, "alert_series_open"):
        _, name, symbol = series.split("/", 2)
        rule, before = known.get(name), once.Episode(*facts)
        pace = rule.pace if rule else once.Pace(timedelta(0), timedelta(0))
        after = once.observed(before, now, 0, pace)
        if after is None or after is before:
            continue
        kind = once.word(before, after, now, pace)
        with transaction(connection), connection.cursor() as cursor:
            if kind and not silence.covers(silences, series, kind, after.since, now):
                texts = words.resolved(name, symbol, after)
                _write(cursor, _Said(series, rule.severity if rule else "info", kind, texts), after, now)
            outbox.execute(cursor, "alert_series_put", {"series": series, **vars(after)})


def baselines(connection: Connection, symbols: Sequence[str], calendar: Calendar, now: datetime) -> None:
    """What is usual through the last session that is settled, where it is not known yet."""
    settled = [one.date for one in calendar.begun(now, SESSIONS) if one.settles_at <= now]
    for symbol in symbols if settled else ():
        asked = {"symbol": symbol, "through": settled[-1]}
        if not reads.rows(connection, "alert_baselines_through", **asked)[0][0]:
            outbox.write(connection, "alert_baselines", **asked, sessions=SESSIONS)
