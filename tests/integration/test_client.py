"""The HTTP client against a vendor who misbehaves, over real sockets."""

import gzip
import socket
import threading
import time
from datetime import UTC, datetime

import pytest

from collector.core import errors
from collector.wire.budget import Budget
from collector.wire.client import ATTEMPTS, LONGEST_WAIT_S, TOTAL_S, Client

PATH = "/api/darkpool/SPY"
PRINTS = {"feed": "prints", "priority": 10}


@pytest.fixture
def naps():
    return []


@pytest.fixture
def to(tmp_path, naps):
    """Makes clients of one budget, whose steady clock is moved by sleeping only."""
    made = []

    def make(url, key="test-key", timeout_s=5, nap=naps.append):
        budget = Budget(str(tmp_path), clock=lambda: 1000.0 + sum(naps), boot="b")
        made.append(Client(url, key, "9.9", timeout_s, nap, budget, lambda: datetime.now(UTC)))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(simulator, to):
    return to(simulator.url)


@pytest.fixture
def vendor():
    """A server that sends given bytes, piece by piece with a pause, to each who connects."""
    listening = socket.create_server(("127.0.0.1", 0))
    answers, accepted = [], []

    def serve():
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            accepted.append(connection)
            connection.recv(65_536)
            pieces, pause_s = answers.pop(0)
            try:
                for piece in pieces:
                    connection.sendall(piece)
                    time.sleep(pause_s)
            except OSError:
                pass
            connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()

    def answering(*wanted):
        answers.extend(wanted)
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    yield answering
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(timeout=20)


def whole(status, body, *headers):
    head = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "Connection: close", "", ""]
    return [("\r\n".join(head)).encode() + body], 0


@pytest.mark.parametrize(
    "fault",
    [
        "http_500",
        "http_502",
        "http_503",
        "html_403",
        "html_200",
        "empty_200",
        "cut_gzip",
        "cut_json",
        "reset",
    ],
)
def test_a_hiccup_is_asked_again_and_answered(simulator, client, naps, fault):
    simulator.faults(**{fault: 2})
    assert client.get(PATH, {"date": "2026-11-20"}, **PRINTS).value["data"]
    assert len(naps) == 2
    assert all(0.5 <= nap <= 4.5 for nap in naps)


def test_a_vendor_who_never_recovers_is_given_up_on(simulator, client, naps):
    simulator.faults(http_500=1000)
    with pytest.raises(errors.Transient):
        client.get(PATH, {}, **PRINTS)
    assert len(naps) == ATTEMPTS - 1


def test_a_spent_minute_is_waited_for_as_long_as_the_vendor_says(simulator, client, naps):
    simulator.faults(rate_limit_429=1, rate_limit_reset_ms=1500)
    assert client.get(PATH, {"date": "2026-11-20"}, **PRINTS).value["data"]
    (nap,) = naps
    assert 1.5 <= nap <= 2.0


def test_the_last_request_of_a_minute_is_the_last_before_the_pause(fresh_simulator, to, naps):
    asked_before_nap = []

    def nap(wait_s):
        asked_before_nap.append((fresh_simulator.counters()["total"], wait_s))
        naps.append(wait_s)

    fresh_simulator.faults(requests_per_minute=2)
    client = to(fresh_simulator.url, nap=nap)
    client.get(PATH, {}, **PRINTS)
    client.get(PATH, {}, **PRINTS)
    assert asked_before_nap == []
    with pytest.raises(errors.RateLimited):
        client.get(PATH, {}, **PRINTS)
    asked, wait_s = asked_before_nap[0]
    assert asked == 2
    assert 50 < wait_s < 80
    assert sum(naps) <= TOTAL_S


def test_the_body_comes_along_as_it_was_sent(client, simulator):
    answer = client.get(PATH, {"date": "2026-11-20"}, **PRINTS)
    assert answer.body == simulator.api(PATH, date="2026-11-20").content
    assert answer.body.startswith(b'{"data":[')


def test_one_connection_serves_one_request_after_the_other(client, simulator):
    for _ in range(3):
        client.get(PATH, {}, **PRINTS)
    (pool,) = client._session.get_adapter(simulator.url).poolmanager.pools._container.values()
    assert (pool.num_connections, pool.num_requests) == (1, 3)


def test_a_wrong_key_is_told_and_not_tried_again(simulator, to, naps):
    with pytest.raises(errors.BadKey, match="COLLECTOR_API_KEY"):
        to(simulator.url, "wrong").get(PATH, {}, **PRINTS)
    assert not naps
    assert simulator.counters()["total"] == 1


def test_waits_are_spread_and_bounded_and_the_whole_takes_no_longer_than_it_may(to, naps):
    seen = set()
    for feed in range(3):
        with pytest.raises(errors.Unreachable):
            to("http://127.0.0.1:9").get(PATH, {}, feed=str(feed), priority=10)
        seen.add(tuple(naps))
        assert all(0.5 <= nap <= LONGEST_WAIT_S for nap in naps)
        assert sum(naps) <= TOTAL_S
        naps.clear()
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (503, ["Retry-After: 40"]),
        (429, ["Retry-After: 40"]),
        (503, ["Date: Tue, 24 Nov 2026 14:00:00 GMT", "Retry-After: Tue, 24 Nov 2026 14:00:40 GMT"]),
    ],
)
def test_retry_after_is_kept_to_in_seconds_and_as_a_date(vendor, to, naps, status, headers):
    url = vendor(whole(status, b"later", *headers), whole(200, b"[1]"))
    assert to(url).get(PATH, {}, **PRINTS).value == [1]
    assert 40 <= sum(naps) <= 42


def test_a_retry_after_beyond_our_patience_is_not_waited_for(vendor, to, naps):
    url = vendor(whole(503, b"later", "Retry-After: 3600"))
    with pytest.raises(errors.Unreachable):
        to(url).get(PATH, {}, **PRINTS)
    assert naps == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "headers", [["Content-Length: 100000"], ["Transfer-Encoding: chunked"], ["Content-Encoding: gzip"]]
)
def test_a_body_that_drips_is_ended_by_the_deadline_of_the_whole(vendor, to, headers):
    head = "\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode()
    drip = b"1\r\n \r\n" if "chunked" in headers[0] else b" "
    pieces = list(gzip.compress(bytes(100))[:5]) + [0] * 60 if "gzip" in headers[0] else [drip] * 60
    pieces = [bytes([piece]) if isinstance(piece, int) else piece for piece in pieces]
    client = to(vendor(([head, *pieces], 0.2)), timeout_s=1)
    began = time.monotonic()
    with pytest.raises(errors.Transient):
        client._exchange(PATH, {}, [])
    assert time.monotonic() - began < 3.5


def test_a_gzip_stream_that_ends_early_is_not_taken_for_whole(vendor, to):
    cut = gzip.compress(b"[1]        ")[:-9]
    client = to(vendor(whole(200, cut, "Content-Encoding: gzip")))
    with pytest.raises(errors.Transient, match="cut off"):
        client._exchange(PATH, {}, [])


def test_a_slow_vendor_does_not_hold_us_for_ever(simulator, to):
    client = to(simulator.url, timeout_s=1)
    simulator.faults(latency_ms=3000)
    began = time.monotonic()
    with pytest.raises(errors.Transient):
        client._exchange(PATH, {}, [])
    assert time.monotonic() - began < 2.5


def test_a_port_where_nobody_listens_is_transient(to):
    with pytest.raises(errors.Transient):
        to("http://127.0.0.1:9").get(PATH, {}, **PRINTS)


def test_a_vendor_who_names_fewer_in_flight_is_believed(vendor, to):
    said = b'{"message":"You have exceeded 2 concurrent requests, the maximum of your plan."}'
    client = to(vendor(whole(429, said), whole(200, b"[1]")))
    client.get(PATH, {}, **PRINTS)
    assert client._budget.look().in_flight == 2
