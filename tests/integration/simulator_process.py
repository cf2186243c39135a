"""The API simulator as a process of its own, for every test that wants to be answered over real HTTP.

Use `start(seed, ...)` directly, or import the `simulator` fixture into a conftest or test module.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
API_KEY = "test-key"
START_TIMEOUT_S = 60


@dataclass
class Simulator:
    """A running simulator; set_clock takes an aware datetime, ISO text or an offset."""

    url: str
    api_key: str
    process: Any
    http: requests.Session

    def set_clock(
        self,
        now: datetime | str | None = None,
        *,
        offset_s: float | None = None,
        frozen: bool = False,
        speed: float = 1,
    ) -> dict[str, Any]:
        if now is None:
            return self._post("/_clock", {"offset_s": offset_s or 0})
        text = now if isinstance(now, str) else now.isoformat()
        return self._post("/_clock", {"now": text, "frozen": frozen, "speed": speed})

    def advance(self, seconds: float) -> dict[str, Any]:
        """Let that much simulated time pass at once; a stream serves what happens in it."""
        return self._post("/_clock", {"advance_s": seconds})

    def clock(self) -> dict[str, Any]:
        return self._get("/_clock")

    def truth(self, what: str = "darkpool", **query: str) -> list[dict[str, Any]]:
        """truth("darkpool" or "vanished", symbol=, date=), truth("flow-recent", symbol=), truth("sessions")."""
        (rows,) = self._get(f"/_truth/{what}", **query).values()
        return rows

    def faults(self, **switches: Any) -> dict[str, Any]:
        """Turn switches; without any the state of all."""
        return self._post("/_faults", switches) if switches else self._get("/_faults")

    def counters(self, *, reset: bool = False) -> dict[str, Any]:
        return self._post("/_counters", {}) if reset else self._get("/_counters")

    def published(self, *, reset: bool = False) -> dict[str, Any]:
        """What the stream sent: channels -> id -> wall-clock seconds of its sending, and counts."""
        return self._post("/_published", {}) if reset else self._get("/_published")

    def publish(self, channel: str, per_second: int, seconds: float) -> int:
        """Load: that many made-up messages; answers how many there will be."""
        wanted = {"channel": channel, "per_second": per_second, "seconds": seconds}
        messages: int = self._post("/_publish", wanted)["messages"]
        return messages

    @property
    def socket_url(self) -> str:
        return f"{self.url.replace('http', 'ws', 1)}/socket"

    def api(self, path: str, **query: Any) -> requests.Response:
        """One request to the API with the right key."""
        headers = {"Authorization": f"Bearer {self.api_key}", "User-Agent": "simulator-test"}
        return self.http.get(self.url + path, params=query, headers=headers, timeout=60)

    def stop(self) -> None:
        self.http.close()
        self.process.terminate()
        self.process.wait(timeout=10)

    def _get(self, path: str, **query: str) -> dict[str, Any]:
        return self._read(self.http.get(self.url + path, params=query, timeout=30))

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._read(self.http.post(self.url + path, json=body, timeout=30))

    @staticmethod
    def _read(response: requests.Response) -> dict[str, Any]:
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body


def start(  # noqa: PLR0913 - the simulator's options, each with a default
    seed: int = 7,
    *,
    symbols: str = "SPY,QQQ",
    prints_per_day: int = 4000,
    trades_per_day: int = 2000,
    requests_per_minute: int = 100_000,
    daily_limit: int = 1_000_000,
    minute_s: float = 60,
    history_days: int = 30,
    now: datetime | str | None = None,
    frozen: bool = False,
) -> Simulator:
    """Start one on a free port and wait until it answers; budgets are out of the way unless asked for."""
    port = free_port()
    options = {
        "host": "127.0.0.1",
        "port": port,
        "seed": seed,
        "symbols": symbols,
        "prints-per-day": prints_per_day,
        "trades-per-day": trades_per_day,
        "api-key": API_KEY,
        "requests-per-minute": requests_per_minute,
        "daily-limit": daily_limit,
        "minute-s": minute_s,
        "history-days": history_days,
    }
    words = [f"--{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "simulator", *words]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    running = Simulator(f"http://127.0.0.1:{port}", API_KEY, process, requests.Session())
    wait_until_it_answers(running, lambda: process.poll() is None)
    if now is not None:
        running.set_clock(now, frozen=frozen)
    return running


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(running: Simulator) -> bool:
    try:
        return running.http.get(f"{running.url}/_health", timeout=1).ok
    except requests.ConnectionError:
        return False


def wait_until_it_answers(running: Simulator, alive: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and alive():
        if _answers(running):
            return
        time.sleep(0.02)
    running.process.kill()
    raise RuntimeError(f"the simulator did not answer on {running.url}")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A fresh simulator with the standard market; its clock runs with the machine's."""
    running = start()
    yield running
    running.stop()
