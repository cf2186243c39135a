"""Errors, named after what the caller should do about them."""

from __future__ import annotations

from datetime import date


class CollectorError(Exception):
    """The parent of all errors that we raise on purpose."""


class SettingsError(CollectorError):
    """The settings are wrong; `problems` has all of them, each with its fix."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Transient(CollectorError):
    """Try again in a moment, or after `wait_s` seconds: the network, the proxy or the vendor hiccuped."""

    def __init__(self, message: str, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class Unreachable(Transient):
    """The network failed, or the vendor's server did (5xx): no feed would fare better now."""


class RateLimited(Transient):
    """Try again after `wait_s` seconds: the minute's requests are spent."""

    wait_s: float

    def __init__(self, message: str, wait_s: float) -> None:
        super().__init__(message, wait_s)


class InFlight(RateLimited):
    """Too many requests at once, of at most `limit` where the vendor named it: a short wait, not a quota."""

    def __init__(self, message: str, wait_s: float, limit: int | None = None) -> None:
        super().__init__(message, wait_s)
        self.limit = limit


class CircuitOpen(Transient):
    """What was asked failed again and again and is left alone: nothing was sent, ask after `wait_s` seconds."""


class Terminal(CollectorError):
    """Asking again the same way gives the same answer."""


class BadKey(Terminal):
    """The vendor refuses the API key: stop everything and tell the owner."""


class DailyLimit(Terminal):
    """The day's quota is spent: stop until 20:00 New York."""


class UnknownSymbol(Terminal):
    """The vendor knows no such symbol, or has nothing of this kind for it: leave the symbol, keep the others."""


class NotInPlan(Terminal):
    """The plan does not include this feed: leave it, keep the others."""


class HistoryLimit(Terminal):
    """The plan does not reach so far back; `earliest` is the first date it sees, where the vendor named it."""

    def __init__(self, message: str, earliest: date | None = None) -> None:
        super().__init__(message)
        self.earliest = earliest


class Spared(CollectorError):
    """Not asked: the day's requests are kept for more valuable feeds."""


class BadPayload(CollectorError):
    """A whole answer has the wrong shape: keep the old data, raise an alarm."""


class Unparsable(CollectorError):
    """One row cannot be understood: put it in quarantine, store the rest."""


class DatabaseAway(CollectorError):
    """PostgreSQL cannot be reached: pages go to the spool until it is back."""


class SpoolFull(CollectorError):
    """Neither the database nor the disk takes the page: it is not covered, so it is asked for again."""


class MigrationRefused(CollectorError):
    """The history of the database and of this release disagree."""


class AnotherRun(CollectorError):
    """Another run holds the lock: leave, it is doing the work."""


class Stopped(CollectorError):
    """Somebody asked this process to end: finish between two pages."""
