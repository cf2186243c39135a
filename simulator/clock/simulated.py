"""The simulated now: the wall clock plus an offset, a moment that stands still, or time that runs faster."""

import time
from datetime import UTC, datetime

from simulator.clock.calendar import NEW_YORK

FASTEST = 100_000


class SimulatedClock:
    """The only place of the simulator that looks at the machine's clock."""

    def __init__(self, offset_s: float = 0.0) -> None:
        self.jumps = 0
        self._speed = 1.0
        self._wall_at = self.wall_s()
        self._simulated_at = self._wall_at + offset_s

    def epoch_s(self) -> float:
        """Simulated now as seconds since 1970."""
        return self._simulated_at + (self.wall_s() - self._wall_at) * self._speed

    def now(self) -> datetime:
        """Simulated now, aware, UTC."""
        return datetime.fromtimestamp(self.epoch_s(), UTC)

    def steady_s(self) -> float:
        """Seconds that only go forward, for rate windows that a client really waits for."""
        return time.monotonic()

    @staticmethod
    def wall_s() -> float:
        """What the machine's clock says, for measuring how long something took between two processes."""
        return time.time()  # noqa: TID251 - the simulator's one clock

    def set_offset(self, offset_s: float) -> None:
        """Run again, that far away from the wall clock; what lies between never happened for a stream."""
        self._run(self.wall_s() + offset_s, 1.0)
        self.jumps += 1

    def set_now(self, now: datetime, *, frozen: bool = False, speed: float = 1.0) -> None:
        """Let it be that moment now; frozen keeps it there."""
        self._run(now.timestamp(), 0.0 if frozen else _sane(speed))
        self.jumps += 1

    def set_speed(self, speed: float) -> None:
        """Go on from here, that many times as fast as the wall clock; a frozen clock runs again."""
        self._run(self.epoch_s(), _sane(speed))

    def advance(self, seconds: float) -> None:
        """Go forward at once; everything in between happens, and a stream serves it."""
        if seconds < 0:
            raise ValueError(f"advance_s must not be negative, not {seconds}; set now to go back")
        self._run(self.epoch_s() + seconds, self._speed)

    def state(self) -> dict[str, object]:
        """What the control path shows."""
        now = self.now()
        return {
            "now": now.isoformat().replace("+00:00", "Z"),
            "new_york": now.astimezone(NEW_YORK).isoformat(),
            "offset_s": self.epoch_s() - self.wall_s(),
            "frozen": self._speed == 0,
            "speed": self._speed,
        }

    def _run(self, simulated_s: float, speed: float) -> None:
        self._wall_at, self._simulated_at, self._speed = self.wall_s(), simulated_s, speed


def _sane(speed: float) -> float:
    if not 0 < speed <= FASTEST:
        raise ValueError(
            f"speed must be more than 0 and at most {FASTEST}, not {speed}; frozen stops the clock"
        )
    return speed
