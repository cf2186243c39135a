"""What a busy day costs: hardly more requests than its prints need, and never a silent loss."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import ceil
from urllib.parse import parse_qs, urlsplit

import pytest
import simulator_process
from prints import served, stored

PAGE = 500
DAY = "2026-11-20"
EVENING = f"{DAY}T21:10:03-05:00"
CROWDED = f"{DAY}T15:00:00Z"
ONLY_SPY = {"COLLECTOR_FEEDS": "darkpool_trades", "COLLECTOR_SYMBOLS": "SPY"}


@contextmanager
def market(prints_per_day: int) -> Iterator[simulator_process.Simulator]:
    running = simulator_process.start(symbols="SPY", prints_per_day=prints_per_day)
    try:
        yield running
    finally:
        running.stop()


def collect(collector, simulator) -> int:
    """One pass in the evening; how many requests it took."""
    collector.settings |= {**ONLY_SPY, "COLLECTOR_API_URL": simulator.url}
    done = collector.at(simulator, EVENING)
    assert done.returncode == 0, done.stdout + done.stderr
    return int(simulator.counters()["total"])


def test_a_day_of_30_000_prints_takes_at_most_a_tenth_more_requests_than_it_has_pages(collector, database):
    with market(prints_per_day=30_000) as simulator:
        requests = collect(collector, simulator)
        there = stored(database, "SPY", DAY)
        assert there == served(simulator, "SPY", DAY)
    assert len(there) >= 30_000
    assert requests <= 1.1 * ceil(len(there) / PAGE)


@pytest.mark.parametrize("crowd", [2000, 5000])
def test_thousands_of_prints_in_one_second_take_at_most_twice_the_requests_that_they_need(
    crowd, collector, database
):
    with market(prints_per_day=200) as simulator:
        simulator.faults(prints_in_one_second={"symbol": "SPY", "at": CROWDED, "count": crowd})
        requests = collect(collector, simulator)
        there = stored(database, "SPY", DAY)
        assert there == served(simulator, "SPY", DAY)
    assert len([one for one in there if one[1] == CROWDED]) >= crowd
    # The 200 others lie before and after it: a page each.
    assert requests <= 2 * ceil(crowd / PAGE) + 2


class Twins(BaseHTTPRequestHandler):
    """A vendor with 700 prints of one second that no number but their tracking id tells apart."""

    def do_GET(self) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        second = int(query["older_than"]) > 1_795_186_800
        body = json.dumps({"data": [twin(number) for number in range(700)][:PAGE] if second else []}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """A test is silent."""


def twin(number: int) -> dict:
    return {
        "ticker": "SPY",
        "executed_at": CROWDED,
        "trf_executed_at": CROWDED,
        "tracking_id": number,
        "size": 1000,
        "price": "600",
        "premium": "600000",
        "volume": 5_000_000,
        "canceled": False,
    }


def test_prints_of_a_second_that_nothing_tells_apart_leave_that_second_open(simulator, collector, database):
    vendor = ThreadingHTTPServer(("127.0.0.1", 0), Twins)
    threading.Thread(target=vendor.serve_forever, args=(0.05,), daemon=True).start()
    collector.clock(simulator, EVENING)
    done = collector("run", **ONLY_SPY, COLLECTOR_API_URL=f"http://127.0.0.1:{vendor.server_port}")
    vendor.shutdown()
    vendor.server_close()
    assert done.returncode == 0, done.stderr
    assert len(stored(database, "SPY", DAY)) == PAGE
    ((outcome, message),) = database.ask("select outcome, message from ops.ledger")
    assert outcome == "open"
    assert message.startswith("2026-11-20T15:00:00+00:00: more prints in one second")
    holes = database.ask(
        """select lower(r), upper(r) - lower(r) = '1 second' from ops.coverage,
           unnest(tstzmultirange(tstzrange(lower(covered), upper(covered))) - covered) r"""
    )
    assert [(at.isoformat(), a_second) for at, a_second in holes] == [("2026-11-20T15:00:00+00:00", True)]
