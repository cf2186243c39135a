"""docs/signals.md, from the rules themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analysis.signals.rule import Rule

HEAD = """\
# Signals

Written by `analysis signals --markdown`; do not edit. A signal is 1, 0 or -1 for a symbol and a session, or nothing
when too little is known; it is made of what had been *collected* by then. No rule here is advice: the
[backtest](analysis.md#backtests) says how little each has shown. Lookback and horizon are sessions.

What each said of each session is [stored each night](nightly.md), with its version and hour, and never
changed: `analysis signals SPY --stored`.
"""


def markdown(rules: Iterable[Rule]) -> str:
    """The whole document."""
    return "\n".join([HEAD, *(line for rule in rules for line in _section(rule))])


def _section(rule: Rule) -> Iterator[str]:
    yield f"## {rule.name}, version {rule.version}\n"
    yield f"{rule.definition}\n"
    yield f"- *Facts:* {', '.join(rule.facts)}. *Lookback:* {rule.lookback}. *Horizon:* {rule.horizon}."
    yield f"- *What is known:* {rule.prior}"
    yield "- *Known to fail:*"
    yield from (f"  - {failure}" for failure in rule.failure_modes)
    yield ""
