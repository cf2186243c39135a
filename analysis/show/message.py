"""What is told of a report where only a few lines are read: a title and a body for the alerts' channels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analysis.combined.daily import Daily
from analysis.draw.scale import dollars
from analysis.report.completeness import State, clock
from analysis.report.material import Material
from analysis.report.parts import Parts
from analysis.signals.stored import Signal

FEW = 3
WORDS = {1: "+1", 0: "0", -1: "-1", None: "too little known"}


def message(
    material: Material,
    found: Parts,
    states: Sequence[State],
    signals: Sequence[Signal],
    correlations: Sequence[Daily],
) -> tuple[str, str]:
    """Title and body; what is missing stands first, as on the page."""
    close = f"closed at ${found.close:,}" if found.close is not None else "no close was collected"
    spoken = [f"{one.rule} {WORDS[one.value]}" for one in signals if one.value]
    title = f"{material.symbol} {material.day:%a %Y-%m-%d}: {close}; {', '.join(spoken) or 'no signal'}"
    return title, "\n".join(_lines(material, found, states, signals, correlations))


def _lines(
    material: Material,
    found: Parts,
    states: Sequence[State],
    signals: Sequence[Signal],
    correlations: Sequence[Daily],
) -> Iterator[str]:
    lacking = [one.feed for one in states if not one.whole] + list(material.refused)
    yield f"INCOMPLETE, missing: {', '.join(lacking)}." if lacking else "Complete."
    yield from _figures(found)
    known = [f"{one.rule} {WORDS[one.value]}" for one in signals if one.value is not None]
    unknown = [one.rule for one in signals if one.value is None]
    lacking_facts = f"; too little known for {', '.join(unknown)}" if unknown else ""
    yield f"Signals: {', '.join(known) or 'none'}{lacking_facts}. No advice."
    for one in correlations:
        if one.value is None or one.low is None or one.high is None:
            yield f"Correlation {one.pair}: too little known."
        else:
            yield f"Correlation {one.pair}: {one.value:+.2f} ({one.low:+.2f} to {one.high:+.2f})."
    events = sorted(found.unusual.events, key=lambda event: (-(event.premium or 0), event.at))
    yield f"Unusual: {len(events)} events." if events else "Nothing unusual was found."
    for event in events[:FEW]:
        yield f"- {clock(event.at)} {event.kind}: {event.what}"


def _figures(found: Parts) -> Iterator[str]:
    said = []
    if found.levels.profile:
        said.append(f"{dollars(float(found.dark_premium))} in {found.levels.prints:,} dark prints")
    if found.share:
        said.append(f"dark share {found.share.share:.1%}")
    if found.flow:
        said.append(f"bullish premium {dollars(float(found.flow.sums.bullish))}")
    if said:
        yield f"{', '.join(said)}."
