"""What was unusual in a session, each with the reason why it is called so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pandas as pd

from analysis.darkpool.against_market import vwap_distance
from analysis.darkpool.blocks import blocks
from analysis.darkpool.clusters import APART, clusters
from analysis.darkpool.prints import at_market
from analysis.report.material import Material
from collector.alerts import policy, words
from collector.core.clock import NEW_YORK

MOST = 6
# A rule of the owner's own is in the inventory, which is not here: it is said without its kind's words.
KINDS = {rule.name: rule.kind.name for rule in policy.checked({}).rules}


@dataclass(frozen=True)
class Event:
    """`premium` is US dollars; None where the event is not one of money."""

    at: datetime
    kind: str
    what: str
    why: str
    premium: Decimal | None


@dataclass(frozen=True)
class Unusual:
    """Events in the order of time; `notes` say what was left out, or could not be judged."""

    events: tuple[Event, ...]
    notes: tuple[str, ...]


def unusual(material: Material, step: Decimal | None) -> Unusual:
    """All kinds together, of each the largest; `step` is the width of a price level."""
    notes: list[str] = []
    kinds = (
        _hits(material.of("hits")),
        _blocks(material, notes),
        _clusters(material, step),
        _alerts(material),
    )
    kept: list[Event] = []
    for kind in kinds:
        found = sorted(kind, key=lambda event: (-(event.premium or 0), event.at))
        kept += found[:MOST]
        if len(found) > MOST:
            notes.append(
                f"Of {len(found):,} events of the kind {found[0].kind} the {MOST} largest are shown."
            )
    return Unusual(tuple(sorted(kept, key=lambda event: event.at)), tuple(notes))


def block_prints(material: Material) -> pd.DataFrame:
    """The session's blocks, the largest first.

    Raises:
        ValueError: there is too little to compare them with.
    """
    prints, history = material.of("prints"), material.of("sizes")
    if prints.empty:
        return prints
    return blocks(at_market(prints), history)


def _blocks(material: Material, notes: list[str]) -> Iterator[Event]:
    if "sizes" in material.refused:
        notes.append(f"No block is named: {material.refused['sizes']}.")
        return
    try:
        found = block_prints(material)
    except ValueError as reason:
        notes.append(f"No block is named: {reason}.")
        return
    bars = material.of("bars")
    if len(found) and len(bars):
        found = vwap_distance(found, bars)
    for row in found.rename(columns={"size": "shares"}).itertuples():
        away = getattr(row, "distance", None)
        beside = f", {away:+.0f} bp from the session's VWAP then" if isinstance(away, Decimal) else ""
        yield Event(
            row.executed_at.to_pydatetime(),
            "block",
            f"{row.shares:,} shares at {row.price:,}",
            f"larger than {_part(row.rank)} {len(material.of('sizes')):,} earlier prints that were served{beside}",
            row.price * row.shares,
        )


def _part(rank: Decimal) -> str:
    """The share of earlier prints, never rounded up to all of them."""
    return "all of" if rank == 1 else f"{min(rank, Decimal('0.9999')):.2%} of"


def _clusters(material: Material, step: Decimal | None) -> Iterator[Event]:
    prints = material.of("prints")
    if step is None or prints.empty:
        return
    for row in clusters(at_market(prints), step).itertuples():
        yield Event(
            row.begins.to_pydatetime(),
            "cluster",
            f"{row.prints} dark prints at {row.price:,}, {row.shares:,} shares",
            f"no more than {APART.seconds} seconds apart, until {row.ends.astimezone(NEW_YORK):%H:%M:%S}",
            row.premium,
        )


def _alerts(material: Material) -> Iterator[Event]:
    for row in material.of("alerts").itertuples():
        marks = [name for name, it in (("sweep", row.sweep), ("opening trades only", row.opening)) if it]
        right = "call" if row.is_call else "put"
        strike = f"{row.strike:,} " if isinstance(row.strike, Decimal) else ""
        sided = f"${row.ask_premium:,.0f} at the ask, ${row.bid_premium:,.0f} at the bid"
        yield Event(
            row.executed_at.to_pydatetime(),
            "vendor's alert",
            f"{strike}{right} of {row.expiry}, {row.contract_size:,} contracts",
            ", ".join([*marks, sided]),
            row.premium,
        )


def _hits(hits: pd.DataFrame) -> Iterator[Event]:
    for row in hits.itertuples():
        what, why = _in_words(row.rule, words.Hit(row.event, row.at, row.value, row.usual, row.facts))
        yield Event(row.at.to_pydatetime(), f"rule {row.rule}", what, why, _premium(row.facts))


def _in_words(rule: str, hit: words.Hit) -> tuple[str, str]:
    try:
        return words.said(KINDS[rule], hit)
    except (KeyError, TypeError, ValueError):
        return f"value {hit.value}", f"compared with {hit.usual}"


def _premium(facts: object) -> Decimal | None:
    found = facts.get("premium") if isinstance(facts, dict) else None
    return None if found is None else Decimal(str(found))
