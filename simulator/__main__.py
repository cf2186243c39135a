"""python -m simulator: serve one seeded market until stopped."""

import argparse
import logging

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from simulator.app import make
from simulator.clock.simulated import SimulatedClock
from simulator.limits import Budget, Limits
from simulator.model.world import Size, World
from simulator.state import State


class AccessLog(AbstractAccessLogger):
    """One line a request, without its query: the stream's token stands there."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Method, path, status and how long it took."""
        self.logger.info("%s %s %s %.3fs", request.method, request.path, response.status, time)


def tickers(text: str) -> tuple[str, ...]:
    """The symbols of a list with commas."""
    found = tuple(part.strip().upper() for part in text.split(",") if part.strip())
    if not found:
        raise argparse.ArgumentTypeError("name at least one ticker")
    return found


def parser() -> argparse.ArgumentParser:
    """The options and what they default to."""
    options = argparse.ArgumentParser(
        prog="python -m simulator",
        description="A stateful, seeded stand-in for the vendor's API.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = options.add_argument
    add("--host", default="127.0.0.1", help="address to listen on")
    add("--port", type=int, default=8080, help="port to listen on")
    add("--seed", type=int, default=7, help="the same seed makes the same market")
    add("--symbols", type=tickers, default="SPY,QQQ", help="tickers that exist, separated by commas")
    add("--prints-per-day", type=int, default=4000, help="dark-pool prints per symbol and whole session")
    add("--trades-per-day", type=int, default=2000, help="option trades per symbol and whole session")
    add("--api-key", default="demo-key", help="the only token that is accepted")
    add("--requests-per-minute", type=int, default=120, help="budget of a minute")
    add("--minute-s", type=float, default=60.0, help="length of that minute, shorter for impatient tests")
    add("--daily-limit", type=int, default=20_000, help="budget of a day, which ends at 20:00 New York")
    add("--history-days", type=int, default=30, help="trading days the plan can see")
    add("--clock-offset-s", type=float, default=0.0, help="simulated now = wall clock + this")
    add("--access-log", action="store_true", help="log each request")
    return options


def make_state(arguments: argparse.Namespace) -> State:
    """A fresh market and account."""
    size = Size(arguments.prints_per_day, arguments.trades_per_day)
    budget = Budget(arguments.requests_per_minute, arguments.daily_limit, arguments.minute_s)
    return State(
        world=World(arguments.seed, arguments.symbols, size),
        clock=SimulatedClock(arguments.clock_offset_s),
        limits=Limits(budget),
        api_key=arguments.api_key,
        history_days=arguments.history_days,
    )


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    arguments = parser().parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    web.run_app(
        make(make_state(arguments)),
        host=arguments.host,
        port=arguments.port,
        access_log=logging.getLogger("simulator.access") if arguments.access_log else None,
        access_log_class=AccessLog,
        shutdown_timeout=1,
    )


if __name__ == "__main__":
    main()
