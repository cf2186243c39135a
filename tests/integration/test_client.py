"""The HTTP client against a vendor who misbehaves, over real sockets."""

import time

import pytest

from collector.core import errors
from collector.wire.client import ATTEMPTS, Client

PATH = "/api/darkpool/SPY"


@pytest.fixture
def naps():
    return []


@pytest.fixture
def client(simulator, naps):
    made = Client(simulator.url, simulator.api_key, "9.9", 5, naps.append)
    yield made
    made.close()


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
    assert client.get(PATH, {"date": "2026-11-20"})["data"]
    assert len(naps) == 2
    assert naps[0] < naps[1]


def test_a_vendor_who_never_recovers_is_given_up_on(simulator, client, naps):
    simulator.faults(http_500=1000)
    with pytest.raises(errors.Transient):
        client.get(PATH, {})
    assert len(naps) == ATTEMPTS - 1


def test_a_spent_minute_is_waited_for_as_long_as_the_vendor_says(simulator, client, naps):
    simulator.faults(rate_limit_429=1, rate_limit_reset_ms=1500)
    assert client.get(PATH, {"date": "2026-11-20"})["data"]
    (nap,) = naps
    assert 1.5 <= nap <= 2.0


def test_the_last_request_of_a_minute_is_the_last_before_the_pause(fresh_simulator):
    asked_before_nap = []

    def nap(wait_s):
        asked_before_nap.append((fresh_simulator.counters()["total"], wait_s))

    fresh_simulator.faults(requests_per_minute=2)
    client = Client(fresh_simulator.url, fresh_simulator.api_key, "9.9", 5, nap)
    client.get(PATH, {})
    client.get(PATH, {})
    assert asked_before_nap == []
    with pytest.raises(errors.RateLimited):
        client.get(PATH, {})
    asked, wait_s = asked_before_nap[0]
    assert asked == 2
    assert 50 < wait_s < 80
    client.close()


def test_a_wrong_key_is_told_and_not_tried_again(simulator, naps):
    client = Client(simulator.url, "wrong", "9.9", 5, naps.append)
    with pytest.raises(errors.BadKey, match="COLLECTOR_API_KEY"):
        client.get(PATH, {})
    assert not naps
    client.close()


def test_a_slow_vendor_does_not_hold_us_for_ever(simulator, naps):
    client = Client(simulator.url, simulator.api_key, "9.9", 1, naps.append)
    simulator.faults(latency_ms=3000)
    began = time.monotonic()
    with pytest.raises(errors.Transient):
        client._once(PATH, {})
    assert time.monotonic() - began < 2.5
    client.close()


def test_a_port_where_nobody_listens_is_transient(naps):
    client = Client("http://127.0.0.1:9", "k", "9.9", 1, naps.append)
    with pytest.raises(errors.Transient):
        client.get(PATH, {})
    client.close()
