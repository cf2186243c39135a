"""Five years of ten symbols at one-minute bars, one rule, against backtrader and against plain pandas.

The rule: long while the mean of the last 20 sessions' closes is above that of the last 50, decided when a session is
over, traded at the first price of the next, marked each minute. Prices are a random walk; nothing costs anything, for
each prices costs in its own way. All must change positions as often and end with the same money. Ours asks at each
decision what was known then; pandas is told by hand what must not be looked at.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from analysis.backtest.costs import Costs
from analysis.backtest.engine import Plan, run

MINUTES, SESSIONS_A_YEAR = 390, 252
SHORT, LONG = 20, 50
FREE = Plan(lookback=LONG, costs=Costs(0, 0, 0))


@dataclass(frozen=True)
class Market:
    """A price each minute of each session; a session's close is its last price."""

    times: pd.DatetimeIndex
    prices: np.ndarray

    @property
    def closes(self) -> np.ndarray:
        """One a session."""
        return self.prices[MINUTES - 1 :: MINUTES]


@dataclass(frozen=True)
class Earned:
    """What one dollar became, and how often the position changed."""

    money: float
    trades: int


def market(sessions: int, seed: int) -> Market:
    """A random walk."""
    days = pd.bdate_range("2021-01-04", periods=sessions) + pd.Timedelta(hours=14, minutes=30)
    minutes = pd.to_timedelta(np.arange(MINUTES), unit="min")
    naive = np.add.outer(days.to_numpy(), minutes.to_numpy()).ravel()
    times = pd.DatetimeIndex(naive).tz_localize("UTC")
    moved = np.random.default_rng(seed).standard_normal(len(times)) * 5e-4
    return Market(times, 100 * np.exp(np.cumsum(moved)))


def ours(made: Market) -> Earned:
    """Event by event, as `analysis backtest` does."""
    ends = made.times[MINUTES - 1 :: MINUTES] + pd.Timedelta(minutes=1)
    facts = pd.DataFrame(
        {"fact": "close", "session_date": ends.date, "value": made.closes, "known_at": ends.to_pydatetime()}
    )
    opens = made.times[::MINUTES] - pd.Timedelta(minutes=5)
    prices = pd.DataFrame({"at": made.times.to_pydatetime(), "price": made.prices})
    path = run(prices, facts, above, list(opens.to_pydatetime()), FREE).path
    position = path["position"].to_numpy()
    return Earned(float((1 + path["net"]).prod()), int((np.diff(position, prepend=0) != 0).sum()))


def above(known: pd.DataFrame) -> float | None:
    """The rule."""
    if len(known) < LONG:
        return None
    closes = known["close"].to_numpy()
    return float(closes[-SHORT:].mean() > closes[-LONG:].mean())


def by_pandas(made: Market) -> Earned:
    """All at once; `shift` keeps the future out."""
    closes = pd.Series(made.closes)
    long = (closes.rolling(SHORT).mean() > closes.rolling(LONG).mean()).shift(1, fill_value=False)
    position = np.repeat(long.to_numpy(dtype=float), MINUTES)[:-1]
    moved = made.prices[1:] / made.prices[:-1] - 1
    return Earned(float(np.prod(1 + position * moved)), int((np.diff(position, prepend=0) != 0).sum()))


def by_backtrader(made: Market) -> Earned:
    """Bar by bar; an order of one bar is filled at the next bar's first price."""
    import backtrader  # noqa: PLC0415 - only whoever asks for it needs the bench group

    bars = pd.DataFrame(
        dict.fromkeys(("open", "high", "low", "close"), made.prices), index=made.times.tz_localize(None)
    ).assign(volume=0)
    engine = backtrader.Cerebro(stdstats=False)
    engine.adddata(backtrader.feeds.PandasData(dataname=bars, openinterest=None))
    engine.addstrategy(type("Above", (_Above, backtrader.Strategy), {}))
    engine.broker.set_cash(1e9)
    done = engine.run()[0]
    return Earned(done.money, done.trades)


class _Above:
    """The same rule, with one share; what backtrader asks a strategy to do."""

    data: Any
    position: Any
    buy: Callable[..., Any]
    sell: Callable[..., Any]

    def __init__(self) -> None:
        self.closes: list[float] = []
        self.money, self.trades, self.entry = 1.0, 0, 0.0

    def next(self) -> None:
        """A bar is over."""
        if len(self.data) % MINUTES:
            return
        self.closes.append(self.data.close[0])
        if len(self.closes) < LONG:
            return
        wanted = np.mean(self.closes[-SHORT:]) > np.mean(self.closes[-LONG:])
        if wanted and not self.position:
            self.buy(size=1)
        elif self.position and not wanted:
            self.sell(size=1)

    def notify_order(self, order: Any) -> None:  # noqa: ANN401 - backtrader has no types
        """What was filled, and at which price."""
        if order.status == order.Completed:
            self.trades += 1
            if not order.isbuy():
                self.money *= order.executed.price / self.entry
            self.entry = order.executed.price

    def stop(self) -> None:
        """What is still held is worth its last price."""
        if self.position:
            self.money *= self.data.close[0] / self.entry


WAYS: dict[str, Callable[[Market], Earned]] = {
    "ours, with what was known then": ours,
    "backtrader": by_backtrader,
    "plain pandas": by_pandas,
}


def measure(years: int, symbols: int, ways: dict[str, Callable[[Market], Earned]]) -> dict[str, list[float]]:
    """Seconds a symbol of each way, which take turns."""
    took: dict[str, list[float]] = {name: [] for name in ways}
    for seed in range(symbols):
        made, earned = market(years * SESSIONS_A_YEAR, seed), {}
        for name, way in ways.items():
            began = time.perf_counter()
            earned[name] = way(made)
            took[name].append(time.perf_counter() - began)
        print(
            f"symbol {seed + 1}: {', '.join(f'{each[-1]:.1f} s' for each in took.values())}", file=sys.stderr
        )
        first, *others = earned.values()
        assert first.trades > 0
        for other in others:
            assert other.trades == first.trades, earned
            assert np.isclose(other.money, first.money, rtol=1e-9, atol=0), earned
    return took


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--years", type=int, default=5)
    options.add_argument("--symbols", type=int, default=10)
    options.add_argument("--pandas-only", action="store_true", help="without backtrader, which takes long")
    given = options.parse_args()
    ways = {name: way for name, way in WAYS.items() if way is not by_backtrader or not given.pandas_only}
    took = measure(given.years, given.symbols, ways)
    bars = given.years * SESSIONS_A_YEAR * MINUTES
    print(f"{given.symbols} symbols, {bars:,} bars each; equal trades and equal money\n")
    print("| way | seconds, all symbols | median a symbol | bars a second |\n|---|---|---|---|")
    for name, each in took.items():
        rate = bars * len(each) / sum(each)
        print(f"| {name} | {sum(each):.1f} | {statistics.median(each):.2f} | {rate:,.0f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
