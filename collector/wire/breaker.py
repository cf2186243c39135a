"""Circuit breakers: pure arithmetic. What fails again and again is left alone for a while, then tried once."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass

HOST = "host"
FAILURES = 3
FIRST_WAIT_S, LONGEST_WAIT_S = 30.0, 900.0
# One trial that died with its process must not keep the others out for ever.
TRIAL_S = 60.0


@dataclass
class Breaker:
    """Open while `wait_s` is set: from `opened_at` for that long, then for all but one trial."""

    failures: int = 0
    opened_at: float = 0.0
    wait_s: float = 0.0
    trial_until: float = 0.0

    def closed_for_s(self, at: float) -> float:
        """How long nobody may ask; 0 when one may."""
        return max(0.0, self.opened_at + self.wait_s - at, self.trial_until - at) if self.wait_s else 0.0

    def fail(self, at: float) -> None:
        """One more failure; what was under way when it opened changes nothing."""
        self.failures += 1
        if self.wait_s and at >= self.opened_at + self.wait_s:
            self._open(at, min(self.wait_s * 2, LONGEST_WAIT_S))
        elif not self.wait_s and self.failures >= FAILURES:
            self._open(at, FIRST_WAIT_S)

    def _open(self, at: float, wait_s: float) -> None:
        self.opened_at, self.wait_s, self.trial_until = at, wait_s, 0.0


Breakers = MutableMapping[str, Breaker]


def first_open(breakers: Mapping[str, Breaker], feed: str, at: float) -> tuple[str, float] | None:
    """Which one keeps this feed from asking, and for how long."""
    for name in (HOST, feed):
        wait_s = breakers[name].closed_for_s(at) if name in breakers else 0.0
        if wait_s:
            return name, wait_s
    return None


def take_trial(breakers: Breakers, feed: str, at: float) -> bool:
    """After first_open() said None: True when this is the one trial of a breaker that is half open."""
    half_open = [breakers[name] for name in (HOST, feed) if name in breakers and breakers[name].wait_s]
    for breaker in half_open:
        breaker.trial_until = at + TRIAL_S
    return bool(half_open)


def failed(breakers: Breakers, feed: str, at: float, *, host: bool) -> None:
    """A request failed after all its retries; `host` when no feed would have fared better."""
    for name in (HOST, feed) if host else (feed,):
        breakers.setdefault(name, Breaker()).fail(at)
    if not host:
        breakers.pop(HOST, None)


def answered(breakers: Breakers, feed: str) -> None:
    """Both are well."""
    breakers.pop(HOST, None)
    breakers.pop(feed, None)
