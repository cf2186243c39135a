"""The switches of POST /_faults: what shall go wrong, and how often."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(slots=True)
class Faults:
    """Numbers count down with each request they spoil; the rest stays until it is switched off."""

    latency_ms: int = 0
    http_500: int = 0
    http_502: int = 0
    http_503: int = 0
    html_200: int = 0
    html_403: int = 0
    empty_200: int = 0
    cut_gzip: int = 0
    cut_json: int = 0
    reset: int = 0
    rate_limit_429: int = 0
    rate_limit_reset_ms: int = 300
    concurrency_429: int = 0
    daily_429: int = 0
    no_rate_headers: bool = False
    leak_previous_session: bool = False
    missing_rows_percent: int = 0
    only_path: str = ""
    not_in_plan: list[str] = field(default_factory=list)
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
        kinds = {name: type(value) for name, value in self.state().items()}
        for name, value in wanted.items():
            if name not in kinds:
                raise ValueError(f"unknown switch {name}; known: {', '.join(sorted(kinds))}")
            if type(value) is not kinds[name]:
                raise ValueError(f"{name} must be {kinds[name].__name__}, not {value!r}")
        for name, value in wanted.items():
            setattr(self, name, value)

    def take(self, path: str) -> str | None:
        """The next fault due for this path, used up by the asking; None when all is well."""
        if self.only_path not in path:
            return None
        for switch in COUNTED:
            left = getattr(self, switch)
            if left > 0:
                setattr(self, switch, left - 1)
                return switch
        return None

    def refuses(self, path: str) -> bool:
        """Whether the feed of this path is said to be outside the plan."""
        return any(part in path for part in self.not_in_plan)

    def loses_a_row(self) -> bool:
        """Whether this row is left out of this answer; the next sweep may have it again."""
        return self._dice.random() * 100 < self.missing_rows_percent

    def loses_a_message(self) -> bool:
        """Whether the stream forgets to send this one."""
        return self._dice.random() * 100 < self.socket_drop_percent

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


COUNTED = (
    "reset",
    "http_500",
    "http_502",
    "http_503",
    "html_403",
    "daily_429",
    "rate_limit_429",
    "concurrency_429",
    "html_200",
    "empty_200",
    "cut_gzip",
    "cut_json",
)
