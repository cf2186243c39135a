"""The account's budgets: a minute that its first request opens, three in flight, a day that ends at 20:00."""

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

from simulator.clock.calendar import NEW_YORK

MAX_IN_FLIGHT = 3
DAY_ENDS_HOUR = 20


class Refusal(Enum):
    """Which budget is spent."""

    MINUTE = "minute"
    CONCURRENCY = "concurrency"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class Budget:
    """What the account has bought."""

    requests_per_minute: int = 120
    daily_limit: int = 20_000
    window_s: float = 60.0


class Limits:
    """Counts each request of the account, refused ones too."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.in_flight = 0
        self.minute_count = 0
        self.daily_count = 0
        self._window_opened_s = float("-inf")
        self._budget_day: date | None = None

    def enter(self, steady_s: float, now: datetime) -> Refusal | None:
        """Count a request that has come in and say what stands against it; leave() must follow."""
        self._roll(steady_s, now)
        self.in_flight += 1
        self.minute_count += 1
        self.daily_count += 1
        if self.daily_count > self.budget.daily_limit:
            return Refusal.DAILY
        if self.minute_count > self.budget.requests_per_minute:
            return Refusal.MINUTE
        return Refusal.CONCURRENCY if self.in_flight > MAX_IN_FLIGHT else None

    def leave(self) -> None:
        """The answer has been sent."""
        self.in_flight -= 1

    def headers(self, steady_s: float) -> dict[str, str]:
        """The counters as the API tells them."""
        left_ms = max(0, int((self._window_opened_s + self.budget.window_s - steady_s) * 1000))
        return {
            "x-uw-daily-req-count": str(self.daily_count),
            "x-uw-minute-req-counter": str(self.minute_count),
            "x-uw-req-per-minute-remaining": str(max(0, self.budget.requests_per_minute - self.minute_count)),
            "x-uw-req-per-minute-reset": str(left_ms),
            "x-uw-token-req-limit": str(self.budget.daily_limit),
        }

    def wait_s(self, refusal: Refusal, steady_s: float, now: datetime) -> int:
        """Whole seconds until the budget is there again, for the header that is usually missing."""
        if refusal is Refusal.DAILY:
            return math.ceil((day_ends(now) - now).total_seconds())
        if refusal is Refusal.MINUTE:
            return max(1, math.ceil(self._window_opened_s + self.budget.window_s - steady_s))
        return 1

    def _roll(self, steady_s: float, now: datetime) -> None:
        if steady_s - self._window_opened_s >= self.budget.window_s:
            self._window_opened_s = steady_s
            self.minute_count = 0
        day = budget_day(now)
        if day != self._budget_day:
            self._budget_day = day
            self.daily_count = 0


def budget_day(now: datetime) -> date:
    """The day a request is charged to: it ends at 20:00 New York."""
    local = now.astimezone(NEW_YORK)
    return local.date() + timedelta(days=1 if local.hour >= DAY_ENDS_HOUR else 0)


def day_ends(now: datetime) -> datetime:
    """When the day of the budget ends: 20:00 New York, in summer and in winter."""
    return datetime.combine(budget_day(now), time(DAY_ENDS_HOUR), NEW_YORK)
