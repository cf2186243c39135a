"""Several collectors of one account at once: the vendor's own counters show that no limit was exceeded."""

import pytest
import simulator_process
from prints import served, stored

MONDAY = "2026-11-23T21:10:03-05:00"
DAYS = ("2026-11-18", "2026-11-19", "2026-11-20")
BACKFILL = ("backfill", "--from", DAYS[0], "--to", DAYS[-1])


@pytest.fixture
def tight():
    running = simulator_process.start(prints_per_day=2500, requests_per_minute=20, minute_s=3)
    yield running
    running.stop()


def test_a_pass_and_a_backfill_at_once_stay_inside_every_limit_and_end_complete(tight, collector, database):
    collector.settings |= {"COLLECTOR_API_URL": tight.url, "COLLECTOR_FEEDS": "darkpool_trades"}
    collector.clock(tight, MONDAY)
    # The vendor tells its limit with the first answer; a new account is met with one request.
    assert tight.faults(latency_ms=60)["requests_per_minute"] == 20
    works = [collector.start(*BACKFILL), collector.start("run")]
    for work in works:
        out, err = work.communicate(timeout=600)
        assert work.returncode == 0, out + err
    seen = tight.counters()
    assert seen["refusals"].get("minute", 0) == seen["refusals"].get("concurrency", 0) == 0, seen
    assert 2 <= seen["max_in_flight"] <= 3
    assert seen["most_in_a_minute"] <= 20
    assert seen["total"] > 20
    for symbol in ("SPY", "QQQ"):
        for day in (*DAYS, MONDAY[:10]):
            assert stored(database, symbol, day) == served(tight, symbol, day), (symbol, day)
