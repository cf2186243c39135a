"""What the simulator's own tests share: one process on a frozen evening, and ways to ask it over real HTTP."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import requests
import simulator_process
from simulator_contract import filled
from simulator_process import Simulator

from simulator.feeds import FEEDS

DAY = "2026-11-20"
EVENING = "2026-11-21T02:30:00Z"  # 21:30 in New York: the whole day is out
MIDDAY = "2026-11-20T17:00:00Z"
DARKPOOL = "/api/darkpool/SPY"
IV_RANK = "/api/stock/SPY/iv-rank"
MARKET_TIDE = "/api/market/market-tide"
PATHS = tuple(filled(path) for path in FEEDS)
DARKPOOL, FLOW_RECENT, IV_RANK, MARKET_TIDE = (
    "/api/darkpool/SPY",
    "/api/stock/SPY/flow-recent",
    "/api/stock/SPY/iv-rank",
    "/api/market/market-tide",
)


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    one = simulator_process.start(now=EVENING, frozen=True)
    yield one
    one.stop()


@pytest.fixture
def simulator(running: Simulator) -> Iterator[Simulator]:
    running.set_clock(EVENING, frozen=True)
    running.counters(reset=True)
    well = running.faults()
    yield running
    running.faults(**well)


def identity(row: dict[str, Any]) -> tuple[Any, ...]:
    names = ("ticker", "executed_at", "tracking_id", "price", "size", "volume")
    return tuple(row[name] for name in names)


def epoch(row: dict[str, Any]) -> int:
    return int(datetime.fromisoformat(row["executed_at"]).timestamp())


def sweep(simulator: Simulator, symbol: str = "SPY") -> list[dict[str, Any]]:
    """Every print of the day, the way API.md tells to page."""
    found, cursor = [], None
    while True:
        query = {"date": DAY} | ({"older_than": cursor} if cursor else {})
        page = simulator.api(f"/api/darkpool/{symbol}", **query).json()["data"]
        found += page
        if len(page) < 500:
            return found
        cursor = min(map(epoch, page)) + 1


def ask(simulator: Simulator, path: str = DARKPOOL, **headers: str) -> requests.Response:
    given = {"Authorization": f"Bearer {simulator.api_key}", "User-Agent": "simulator-test"} | headers
    return simulator.http.get(simulator.url + path, headers=given, timeout=60)


def rate_headers(response: requests.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name.lower().startswith("x-uw-")}
