"""A feed that the vendor has for some symbols only: the others are noted, left alone for the session: no failure."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

DAY = "2026-11-20"
NOON = f"{DAY}T12:00:03-05:00"
LATER = f"{DAY}T12:20:03-05:00"
NEXT = "2026-11-23T12:00:03-05:00"
TIDE = (Path(__file__).resolve().parents[1] / "fixtures/etf_tide.json").read_text()


@contextmanager
def vendor(answers: dict[str, tuple[int, str]]) -> Iterator[tuple[str, list[str]]]:
    """Answers by path, else 404 as for an unknown symbol; the base URL and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            asked.append(path)
            status, text = answers.get(path, (404, "{}"))
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def tide(collector, simulator):
    """One pass over the ETF tide at a moment, against a vendor of the test's own."""

    def at(moment, url):
        collector.clock(simulator, moment)
        wanted = {"COLLECTOR_FEEDS": "etf_tide", "COLLECTOR_SYMBOLS": "SPY,TSLA", "COLLECTOR_API_URL": url}
        return collector("run", **wanted)

    return at


def outcomes(database):
    return database.ask(
        "select symbol, session_date::text, outcome from ops.ledger order by noted_at, symbol"
    )


@pytest.mark.slow
def test_a_stock_is_noted_once_as_not_offered_and_the_etf_is_collected_at_each_pass(tide, database):
    with vendor({"/api/market/SPY/etf-tide": (200, TIDE)}) as (url, asked):
        first, second = tide(NOON, url), tide(LATER, url)
    assert (first.returncode, second.returncode) == (0, 0)
    assert asked.count("/api/market/TSLA/etf-tide") == 1
    assert asked.count("/api/market/SPY/etf-tide") == 2
    assert outcomes(database) == [("SPY", DAY, "done"), ("TSLA", DAY, "not_offered"), ("SPY", DAY, "done")]
    assert database.one("select count(*) from trading.market_metrics where symbol = 'SPY'") == 6


@pytest.mark.slow
def test_the_next_session_asks_for_it_once_more(tide, database):
    with vendor({}) as (url, asked):
        tide(NOON, url)
        tide(NEXT, url)
    assert asked.count("/api/market/TSLA/etf-tide") == 2
    assert {outcome for _, _, outcome in outcomes(database)} == {"not_offered"}


@pytest.mark.slow
def test_what_was_served_in_the_morning_and_is_unknown_at_noon_is_a_failure(tide, database):
    with vendor({"/api/market/SPY/etf-tide": (200, TIDE)}) as (url, _):
        tide(NOON, url)
    with vendor({}) as (url, _):
        assert tide(LATER, url).returncode == 1
    assert ("SPY", DAY, "failed") in outcomes(database)


def test_a_path_that_the_vendor_took_away_is_a_failure_that_names_the_fix(tide):
    gone = (404, json.dumps({"error": "Route not found"}))
    with vendor({f"/api/market/{symbol}/etf-tide": gone for symbol in ("SPY", "TSLA")}) as (url, _):
        done = tide(NOON, url)
    assert done.returncode == 1
    assert "no such path (404): release a newer version" in done.stdout


def test_status_tells_what_the_vendor_has_not_from_what_never_came(tide, collector, database):
    with vendor({"/api/market/SPY/etf-tide": (200, TIDE)}) as (url, _):
        tide(NOON, url)
        shown = collector("status", COLLECTOR_FEEDS="etf_tide", COLLECTOR_SYMBOLS="SPY,TSLA,NEWS")
    states = {line.split()[1]: line for line in shown.stdout.splitlines() if line.startswith("etf_tide")}
    assert " n/a " in states["TSLA"]
    assert " never " in states["NEWS"]
    assert "n/a" not in states["SPY"]
