"""The numbers at the top of a report, each with the words that it needs to be read rightly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from analysis.draw.markup import Markup, tag
from analysis.draw.scale import dollars
from analysis.report.parts import Parts
from collector.core.clock import NEW_YORK

NONE = "not collected"


def figures(parts: Parts) -> Markup:
    """All of them; one that was not collected says so."""
    return tag("dl", *_all(parts))


def _all(parts: Parts) -> Iterator[Markup]:
    yield _one("close", "Close", parts.close, lambda value: f"${value:,}", "last minute of regular hours")
    profile = parts.levels.profile
    prints = f"{parts.levels.prints:,} prints over the vendor's floor"
    yield _one("dark-premium", "Dark prints", parts.dark_premium if profile else None, _money, prints)
    poc = profile.point_of_control if profile else None
    yield _one("poc", "Point of control", poc, lambda value: f"${value:,}", "the level with most dark shares")
    low, high = profile.value_area if profile else (None, None)
    area = f"to ${high:,}: {profile.value_area_share:.1%} of the shares" if profile else ""
    yield _one("value-area", "Value area from", low, lambda value: f"${value:,}", area)
    vwap = profile.vwap if profile else None
    yield _one("vwap", "VWAP of those prints", vwap, lambda value: f"${value:,.2f}", "not the stock's VWAP")
    share = parts.share
    volume = f"of {share.dark + share.lit:,.0f} shares, all venues" if share else ""
    yield _one(
        "dark-share", "Dark share", share.share if share else None, lambda value: f"{value:.1%}", volume
    )
    yield from _flow(parts)
    yield from _rank(parts)
    yield from _tides(parts)


def _flow(parts: Parts) -> Iterator[Markup]:
    sums = parts.flow.sums if parts.flow else None
    sided = f"{sums.share:+.1%} of what has a side" if sums and sums.share is not None else ""
    yield _one("bullish", "Bullish premium", sums.bullish if sums else None, _money, sided)
    ratio = parts.flow.put_call if parts.flow else None
    yield _one("put-call", "Put/call premium", ratio, lambda value: f"{value:.2f}", "all expiries")


def _rank(parts: Parts) -> Iterator[Markup]:
    if parts.ranks.empty:
        yield _one("iv-rank", "IV rank", None, str, "")
        return
    last = parts.ranks.iloc[-1]
    changes = [
        f"{last[f'change_{many}']:+.1f} over {many}"
        for many in (1, 5, 20)
        if isinstance(last[f"change_{many}"], Decimal)
    ]
    said = f"{', '.join(changes)} sessions" if changes else "of 100; no earlier one was collected"
    yield _one("iv-rank", "IV rank", last["value"], lambda value: f"{value:.1f}", said)


def _tides(parts: Parts) -> Iterator[Markup]:
    last = parts.tide.iloc[-1] if len(parts.tide) else None
    at = f"calls less puts, all symbols, {last['at'].astimezone(NEW_YORK):%H:%M}" if last is not None else ""
    yield _one("tide", "The market's tide", None if last is None else last["tide"], _money, at)


def _one(name: str, label: str, value: Decimal | None, form: Callable[[Decimal], str], said: str) -> Markup:
    if value is None:
        return tag("div", tag("dt", label), tag("dd", tag("small", NONE), id_=name))
    shown = tag("data", form(value), value=str(value))
    return tag("div", tag("dt", label), tag("dd", shown, tag("small", said) if said else "", id_=name))


def _money(value: Decimal) -> str:
    return dollars(float(value))
