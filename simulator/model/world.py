"""The market of one seed: days are made when first asked for and kept."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from simulator.clock.calendar import Session
from simulator.model import alerts, darkpool, options
from simulator.model.oddities import USUAL, Oddities

Made = TypeVar("Made")

# A day of 30,000 prints takes some 40 MB.
KEPT_DAYS = 12


@dataclass(frozen=True, slots=True)
class Size:
    """How much happens in a whole day, per symbol."""

    prints: int = 4000
    trades: int = 2000


class World:
    """Everything that happened and will happen; what is visible yet is the reader's business."""

    def __init__(self, seed: int, symbols: tuple[str, ...], size: Size = Size()) -> None:
        self.seed = seed
        self.symbols = symbols
        self.size = size
        self.version = 0
        self.oddities = USUAL
        self._bursts: dict[tuple[str, date], tuple[darkpool.Burst, ...]] = {}
        self._kept: OrderedDict[tuple[str, str, date], list[Any]] = OrderedDict()

    def prints(self, symbol: str, session: Session) -> list[darkpool.Print]:
        """The day's prints, in the order of the tape."""
        bursts = self._bursts.get((symbol, session.date), ())
        return self._keep(
            ("prints", symbol, session.date),
            lambda: darkpool.make_day(
                self.seed, symbol, session, self.size.prints, bursts, oddities=self.oddities
            ),
        )

    def trades(self, symbol: str, session: Session) -> list[options.Trade]:
        """The day's option trades, oldest first."""
        return self._keep(
            ("trades", symbol, session.date),
            lambda: options.make_day(self.seed, symbol, session, self.size.trades),
        )

    def alerts(self, session: Session) -> list[alerts.Alert]:
        """The day's flow alerts of all symbols, oldest first."""
        return self._keep(
            ("alerts", "", session.date),
            lambda: alerts.make_day(
                self.seed, session, {symbol: self.trades(symbol, session) for symbol in self.symbols}
            ),
        )

    def add_burst(self, symbol: str, day: date, burst: darkpool.Burst) -> None:
        """Put more prints into one second; volumes of later prints grow with it."""
        key = (symbol, day)
        self._bursts[key] = (*self._bursts.get(key, ()), burst)
        self._kept.pop(("prints", symbol, day), None)
        self.version += 1

    def change(self, oddities: Oddities) -> None:
        """Make all days anew, that odd; for the time before anything was collected."""
        if oddities != self.oddities:
            self.oddities = oddities
            self._kept.clear()
            self.version += 1

    def _keep(self, key: tuple[str, str, date], make: Callable[[], list[Made]]) -> list[Made]:
        if key not in self._kept:
            self._kept[key] = make()
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT_DAYS:
            self._kept.popitem(last=False)
        return self._kept[key]
