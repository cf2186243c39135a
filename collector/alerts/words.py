"""What a trader reads of a hit: what, compared with what, since when, the numbers, and how to see it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from collector.alerts.once import Episode
from collector.alerts.rules import Rule
from collector.core.clock import NEW_YORK

UNITS = ((Decimal(10**9), "bn"), (Decimal(10**6), "M"), (Decimal(10**3), "k"))


@dataclass(frozen=True)
class Hit:
    """What a rule found."""

    event: str
    at: datetime
    value: Decimal
    usual: Decimal
    facts: Mapping[str, Any]


def short(number: object) -> str:
    """1,234,000 as 1.23 M."""
    value = Decimal(str(number))
    for unit, name in UNITS:
        if abs(value) >= unit:
            return f"{value / unit:.3g} {name}" if abs(value) < 1000 * unit else f"{value / unit:,.0f} {name}"
    return f"{value:,.4g}"


def money(number: object) -> str:
    """$1.23 M."""
    text = short(number)
    return f"-${text[1:]}" if text.startswith("-") else f"${text}"


def _flow(one: Hit) -> tuple[str, str]:
    f = one.facts
    unit = money if f["measure"] == "premium" else short
    what = f"options flow {unit(one.value)}" + (" contracts" if unit is short else "")
    of = f"of {f['samples']} alerts in {f['sessions']} sessions"
    usual = f"{f['quantile']} at this time of day is {unit(one.usual)}, {of}"
    return (
        f"{what}: {f['what']}",
        f"Premium {money(f['premium'])}. Compared with: {usual} through {f['through']}.",
    )


def _block(one: Hit) -> tuple[str, str]:
    f = one.facts
    what = f"block print {short(one.value)} shares at {f['price']} ({money(f['premium'])})"
    usual = f"the median day of {f['sessions']} sessions through {f['through']} is {short(one.usual)} shares"
    return (
        what,
        f"That is {f['percent']} % of a day's volume. Compared with: {usual}. Market: {f['bid']} x {f['ask']}.",
    )


def _cluster(one: Hit) -> tuple[str, str]:
    f = one.facts
    first = datetime.fromisoformat(f["first_at"]).astimezone(NEW_YORK)
    of = f"of {f['sessions']} sessions through {f['through']}"
    usual = f"{f['quantile']} of a price in this half hour is {money(one.usual)}, {of}"
    return (
        f"{f['prints']} dark prints at {f['price']}, {money(one.value)}",
        f"The first at {first:%H:%M:%S}. Compared with: {usual}.",
    )


def _level(one: Hit) -> tuple[str, str]:
    f = one.facts
    return (
        f"{one.usual} crossed {f['direction']} ({f['what']})",
        f"Closed the minute at {one.value}, the one before at {f['before']}.",
    )


def _iv_rank(one: Hit) -> tuple[str, str]:
    f = one.facts
    return (
        f"IV rank {one.value:.1f}, {Decimal(str(f['points'])):+.1f} points",
        f"Compared with: {one.usual:.1f} on {f['before_on']}.",
    )


def _tide(one: Hit) -> tuple[str, str]:
    f = one.facts
    before = datetime.fromisoformat(f["before_at"]).astimezone(NEW_YORK)
    return (
        f"tide turned to {f['direction']}: {money(one.value)}",
        f"Compared with: {money(one.usual)} at {before:%H:%M}. Calls less puts, of the day so far.",
    )


def _signal(one: Hit) -> tuple[str, str]:
    f = one.facts
    before = f"{f['before_side']}, in all {f['sessions']} stored sessions since {f['since']}"
    worth = "What it is worth: docs/signals.md."
    return (
        f"{f['signal']} turned {f['side']} (was {f['before_side']})",
        f"Session {f['session_date']}, version {f['version']}. Compared with: {before}.{_also(f)} {worth}",
    )


def _correlation(one: Hit) -> tuple[str, str]:
    f = one.facts
    found = f"{f['pair']} correlation {one.value:+.2f}"
    if f["before_on"]:
        what = f"{found}, was {one.usual:+.2f}"
        before = f"{_between(f['before_low'], f['before_high'])} on {f['before_on']}, the last that stood out"
    else:
        what = f"{found}, the first to stand out in {f['sessions']} sessions"
        before = f"{one.usual:+.2f} on average since {f['since']}, none of which stood out"
    session = f"Session {f['session_date']}, version {f['version']}, {f['minutes']} minutes"
    now = f"{session}: {_between(f['low'], f['high'])}, 95 %"
    chance = "By chance one session in a hundred stands out."
    return what, f"{now}. Compared with: {before}.{_also(f)} {chance}"


def _between(low: float, high: float) -> str:
    return f"{low:+.2f} to {high:+.2f}"


def _also(facts: Mapping[str, Any]) -> str:
    return f" Also: {facts['also']}." if facts["also"] else ""


_KINDS: Mapping[str, Callable[[Hit], tuple[str, str]]] = {
    "flow": _flow,
    "block": _block,
    "cluster": _cluster,
    "level": _level,
    "iv_rank": _iv_rank,
    "tide": _tide,
    "signal": _signal,
    "correlation": _correlation,
}


def said(kind: str, hit: Hit) -> tuple[str, str]:
    """What was found, and what it was compared with, in the words of a kind of rule."""
    return _KINDS[kind](hit)


def fired(rule: Rule, symbol: str, hit: Hit, episode: Episode, kind: str) -> tuple[str, str]:
    """Title and body for something new."""
    what, compared = said(rule.kind.name, hit)
    at, since, now = (one.astimezone(NEW_YORK) for one in (hit.at, episode.since, episode.active_at))
    day = "" if at.date() == now.date() else f"{at:%Y-%m-%d} "
    lines = [f"At {day}{at:%H:%M:%S} New York. {compared}"]
    if episode.hits > 1:
        lines.append(f"{episode.hits} of this kind since {since:%m-%d %H:%M}.")
    if kind == "last":
        lines.append("No more messages of this until it has been quiet.")
    return f"{symbol} {what}", "\n".join([*lines, f"Rule: {rule.name}", f"SQL: {hit.facts['sql']};"])


def resolved(rule_name: str, symbol: str, episode: Episode) -> tuple[str, str]:
    """Title and body for the end of it."""
    since, last = (one.astimezone(NEW_YORK) for one in (episode.since, episode.active_at))
    found = f"{episode.hits} from {since:%m-%d %H:%M} to {last:%m-%d %H:%M} New York"
    return f"{symbol} {rule_name}: quiet again", f"{found}, nothing new since.\nAll of them: ops.alert_hits"
