"""The simulated now: the wall clock plus an offset, or a moment that stands still."""

import time
from datetime import UTC, datetime


class SimulatedClock:
    """The only place of the simulator that looks at the machine's clock."""

    def __init__(self, offset_s: float = 0.0) -> None:
        self.offset_s = offset_s
        self._frozen_at: float | None = None

    def epoch_s(self) -> float:
        """Simulated now as seconds since 1970."""
        return self._frozen_at if self._frozen_at is not None else self._wall_s() + self.offset_s

    def now(self) -> datetime:
        """Simulated now, aware, UTC."""
        return datetime.fromtimestamp(self.epoch_s(), UTC)

    def steady_s(self) -> float:
        """Seconds that only go forward, for rate windows that a client really waits for."""
        return time.monotonic()

    def set_offset(self, offset_s: float) -> None:
        """Run again, that far away from the wall clock."""
        self.offset_s = offset_s
        self._frozen_at = None

    def set_now(self, now: datetime, *, frozen: bool = False) -> None:
        """Let it be that moment now; frozen keeps it there."""
        self.set_offset(now.timestamp() - self._wall_s())
        self._frozen_at = now.timestamp() if frozen else None

    def state(self) -> dict[str, object]:
        """What the control path shows."""
        now = self.now().isoformat().replace("+00:00", "Z")
        return {"now": now, "offset_s": self.offset_s, "frozen": self._frozen_at is not None}

    @staticmethod
    def _wall_s() -> float:
        return time.time()  # noqa: TID251 - the simulator's one clock
