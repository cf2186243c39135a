"""The switches of POST /_faults: what shall go wrong, and how often."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

# What spoils one request; each is also a word of a plan.
COUNTED = (
    "reset",
    "http_401",
    "http_500",
    "http_502",
    "http_503",
    "html_403",
    "historic_403",
    "tier_403",
    "scope_403",
    "not_found_404",
    "no_route_404",
    "missing_access_422",
    "invalid_422",
    "daily_429",
    "rate_limit_429",
    "concurrency_429",
    "html_200",
    "empty_200",
    "cut_gzip",
    "cut_json",
)


@dataclass(slots=True)
class Faults:
    """Numbers of COUNTED count down with each request they spoil; the rest stays until it is switched off."""

    latency_ms: int = 0
    slow_drip_ms: int = 0
    reset: int = 0
    http_401: int = 0
    http_500: int = 0
    http_502: int = 0
    http_503: int = 0
    html_403: int = 0
    historic_403: int = 0
    tier_403: int = 0
    scope_403: int = 0
    not_found_404: int = 0
    no_route_404: int = 0
    missing_access_422: int = 0
    invalid_422: int = 0
    daily_429: int = 0
    rate_limit_429: int = 0
    rate_limit_reset_ms: int = 300
    concurrency_429: int = 0
    html_200: int = 0
    empty_200: int = 0
    cut_gzip: int = 0
    cut_json: int = 0
    plan: list[str | None] = field(default_factory=list)
    retry_after: bool = False
    soft_concurrency_percent: int = 100
    no_rate_headers: bool = False
    leak_previous_session: bool = False
    missing_rows_percent: int = 0
    ignore_order: bool = False
    wrong_value_empty: bool = False
    drop_key: str = ""
    only_path: str = ""
    not_in_plan: list[str] = field(default_factory=list)
    scope_required: list[str] = field(default_factory=list)
    missing_access: list[str] = field(default_factory=list)
    socket_no_scope: bool = False
    socket_drop_percent: int = 0
    socket_close_after: int = 0
    socket_silent_s: int = 0
    socket_queue: int = 10_000
    socket_joins: int = 50
    socket_connections: int = 10
    _dice: random.Random = field(default_factory=lambda: random.Random(0), repr=False, compare=False)

    def set(self, wanted: Mapping[str, Any]) -> None:
        """Turn switches, all of them or none; an unknown or ill-typed one raises ValueError."""
        for name, value in checked(self.state(), wanted).items():
            setattr(self, name, value)

    def concerns(self, path: str) -> bool:
        """Whether this path may be spoiled at all."""
        return self.only_path in path

    def take(self, path: str) -> str | None:
        """The next fault due for this path, used up by the asking; None when all is well."""
        if not self.concerns(path):
            return None
        if self.plan:
            return self.plan.pop(0)
        for switch in COUNTED:
            left = getattr(self, switch)
            if left > 0:
                setattr(self, switch, left - 1)
                return switch
        return None

    def loses_a_row(self) -> bool:
        """Whether this row is left out of this answer; the next sweep may have it again."""
        return self._happens(self.missing_rows_percent)

    def minds_concurrency(self) -> bool:
        """Whether one request too many in flight is refused this time."""
        return self._happens(self.soft_concurrency_percent)

    def loses_a_message(self) -> bool:
        """Whether the stream forgets to send this one."""
        return self._happens(self.socket_drop_percent)

    def cuts_the_stream(self) -> bool:
        """Whether the connection that has just sent a message is cut; once for each time it is asked for."""
        if self.socket_close_after == 0:
            return False
        self.socket_close_after -= 1
        return self.socket_close_after == 0

    def state(self) -> dict[str, Any]:
        """All switches as they stand."""
        names = (switch.name for switch in fields(self))
        return {name: getattr(self, name) for name in names if not name.startswith("_")}

    def _happens(self, percent: float) -> bool:
        return self._dice.random() * 100 < percent


def checked(known: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The wanted switches in the kinds of the known ones; the first that cannot be raises ValueError."""
    for name in wanted:
        if name not in known:
            raise ValueError(f"unknown switch {name}; known: {', '.join(sorted(known))}")
    return {name: _checked(name, type(known[name]), value) for name, value in wanted.items()}


def _checked(name: str, kind: type, value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise ValueError(f"{name} must be {kind.__name__}, not {value!r}")
    if kind in {int, float} and value < 0:
        raise ValueError(f"{name} must not be negative, not {value!r}")
    if name.endswith("_percent") and value > 100:
        raise ValueError(f"{name} is a share of a hundred, not {value!r}")
    wrong = [fault for fault in value if fault not in {None, *COUNTED}] if name == "plan" else []
    if wrong:
        raise ValueError(f"plan: unknown fault {wrong[0]}; known: null, {', '.join(COUNTED)}")
    return value
