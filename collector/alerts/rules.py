"""When: rules as data. A kind says which query answers it and what may be set; a rule is a kind with its numbers."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from collector.alerts.message import SEVERITIES
from collector.alerts.once import Pace
from collector.core.clock import NEW_YORK

Check = Callable[[Any], Any]
SPAN = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
QUANTILES = ("p50", "p95", "p99", "p999")
# Of the analysis, which nothing here may import: a test holds the two together.
SIGNALS = ("bullish_flow", "dark_accumulation", "iv_rank_relief", "put_buying")


def _number(least: float, most: float) -> Check:
    def check(value: Any) -> Decimal:  # noqa: ANN401 - whatever YAML holds
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
            raise ValueError(f"{value!r} is not a number from {least:g} to {most:g}")
        return Decimal(str(value))

    return check


def _whole(least: int, most: int) -> Check:
    def check(value: Any) -> int:  # noqa: ANN401 - same
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"{value!r} is not a whole number from {least} to {most}")
        return value

    return check


def _one_of(*choices: str) -> Check:
    def check(value: Any) -> str:  # noqa: ANN401 - same
        if value not in choices:
            raise ValueError(f"{value!r} is not one of {', '.join(choices)}")
        return str(value)

    return check


def _some_of(*choices: str) -> Check:
    def check(value: Any) -> list[str]:  # noqa: ANN401 - same
        if not isinstance(value, list) or not all(one in choices for one in value):
            raise ValueError(f"{value!r} is no list of {', '.join(choices)}")
        return value

    return check


def _yes_or_no(value: Any) -> bool:  # noqa: ANN401 - same
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")  # noqa: TRY004 - one error for all that is wrong
    return value


def _prices(value: Any) -> dict[str, list[Decimal]]:  # noqa: ANN401 - same
    if not isinstance(value, dict) or not all(isinstance(one, list) for one in value.values()):
        raise ValueError("is no mapping of tickers to lists of prices, as {SPY: [600, 612.5]}")
    check = _number(0.01, 1_000_000)
    return {str(symbol): [check(price) for price in prices] for symbol, prices in value.items()}


def _hours(value: Any) -> tuple[time, time] | None:  # noqa: ANN401 - same
    if value == "":
        return None
    begin = end = time(0)
    if SPAN.fullmatch(str(value)):
        begin, end = map(time.fromisoformat, value.split("-"))
    if begin >= end:
        raise ValueError(
            f"{value!r} is no span of a day: write '09:45-15:30' (New York), or '' for all of the session"
        )
    return begin, end


@dataclass(frozen=True)
class Kind:
    """A query of sql/queries named alert_<name>, and its parameters with their defaults and checks."""

    name: str
    sees: str
    settings: Mapping[str, tuple[Any, Check]]
    whole_market: bool = False


_DOLLARS = _number(0, 1e12)
_USUAL: dict[str, tuple[Any, Check]] = {
    "quantile": ("p999", _one_of(*QUANTILES)),
    "times": (1, _number(0.1, 1000)),
    "least": (0, _DOLLARS),
    "sessions": (10, _whole(1, 250)),
}
KINDS = {
    one.name: one
    for one in (
        Kind(
            "flow",
            "flow alerts of the vendor",
            {
                **_USUAL,
                "measure": ("premium", _one_of("premium", "size")),
                "sweep": (False, _yes_or_no),
                "opening": (False, _yes_or_no),
            },
        ),
        Kind(
            "block",
            "single dark-pool prints",
            {"percent": (1, _number(0.001, 100)), "least": (0, _DOLLARS), "sessions": (10, _whole(1, 250))},
        ),
        Kind("cluster", "dark-pool prints at one price", {**_USUAL, "prints": (10, _whole(2, 10_000))}),
        Kind(
            "level",
            "the price, minute by minute",
            {
                "levels": ("yours", _one_of("darkpool", "max_pain", "yours")),
                "prices": ({}, _prices),
                "most": (3, _whole(1, 20)),
            },
        ),
        Kind("iv_rank", "IV rank", {"points": (15, _number(1, 100))}),
        Kind("tide", "the market tide", {"least": (0, _DOLLARS)}, whole_market=True),
        Kind(
            "signal",
            "signals that a night stored",
            {"signals": ([], _some_of(*SIGNALS)), "sessions": (5, _whole(1, 250))},
        ),
        Kind("correlation", "correlations that a night stored", {"sessions": (20, _whole(1, 250))}),
    )
}
_COMMON: dict[str, tuple[Any, Check]] = {
    "enabled": (True, _yes_or_no),
    "severity": ("info", _one_of(*SEVERITIES)),
    "cooldown_min": (30, _whole(1, 1440)),
    "quiet_min": (30, _whole(1, 1440)),
    "window_min": (15, _whole(1, 120)),
    "hours": ("", _hours),
}


@dataclass(frozen=True)
class Rule:
    """A name, its kind and every number that it goes by."""

    name: str
    kind: Kind
    severity: str
    pace: Pace
    window: timedelta
    values: Mapping[str, Any] = field(hash=False)
    hours: tuple[time, time] | None = None

    def looks_at(self, at: datetime) -> bool:
        """Whether that time of the New York day is one of the rule's."""
        return self.hours is None or self.hours[0] <= at.astimezone(NEW_YORK).time() < self.hours[1]


def shipped() -> dict[str, dict[str, Any]]:
    """The defaults."""
    import yaml  # noqa: PLC0415 - a pass outside the market's hours needs no rules

    text = (Path(__file__).parent / "rules.yml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return loaded


def configured(changes: object) -> tuple[tuple[Rule, ...], list[str]]:
    """All rules that are on, and every problem of the inventory's changes with its fix."""
    if not isinstance(changes, dict):
        return (), ["alerts_rules is no mapping: write {block_print: {percent: 1}}"]
    merged = shipped()
    problems = []
    for name, change in changes.items():
        if not isinstance(change, dict):
            problems.append(f"alerts_rules.{name} is no mapping: write {{enabled: false}}, or values of it")
        elif name not in merged and change.get("kind") not in KINDS:
            problems.append(
                f"alerts_rules.{name} is no rule{_near(name, merged)}, and names no kind of {', '.join(KINDS)}"
            )
        else:
            merged[name] = {**merged.get(name, {}), **change}
    found = []
    for name, values in merged.items():
        rule, wrong = _rule(name, values)
        problems += wrong
        found += [rule] if rule else []
    return tuple(found), problems


def _rule(name: str, given: Mapping[str, Any]) -> tuple[Rule | None, list[str]]:
    kind = KINDS.get(str(given.get("kind")))
    if kind is None:
        return None, [f"alerts_rules.{name}.kind is {given.get('kind')!r}: write one of {', '.join(KINDS)}"]
    known = {**_COMMON, **kind.settings}
    problems = [
        f"alerts_rules.{name}.{key} is not a setting of {kind.name}{_near(key, known)}"
        for key in given
        if key not in known and key != "kind"
    ]
    values: dict[str, Any] = {}
    for key, (default, check) in known.items():
        values[key], wrong = _checked(check, given.get(key, default))
        problems += [f"alerts_rules.{name}.{key}: {wrong}"] if wrong else []
    if problems or not values["enabled"]:
        return None, problems
    pace = Pace(timedelta(minutes=values["cooldown_min"]), timedelta(minutes=values["quiet_min"]))
    window = timedelta(minutes=values["window_min"])
    numbers = {key: values[key] for key in kind.settings}
    return Rule(name, kind, values["severity"], pace, window, numbers, values["hours"]), []


def _checked(check: Check, value: Any) -> tuple[Any, str]:  # noqa: ANN401 - whatever YAML holds
    try:
        return check(value), ""
    except ValueError as reason:
        return None, str(reason)


def _near(word: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean {near[0]}?)" if near else ""
