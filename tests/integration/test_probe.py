"""The first day's probe: each verdict is seen both ways, over real HTTP."""

import json

import pytest

EVENING = "2026-11-21T02:30:00Z"  # 21:30 in New York: the session is settled
DAY = "2026-11-20"


@pytest.fixture
def probed(collector, fresh_simulator):
    """The verdicts with these switches, by question."""
    collector.settings["COLLECTOR_API_URL"] = fresh_simulator.url

    def probe(**switches):
        if switches:
            fresh_simulator.faults(**switches)
        collector.clock(fresh_simulator, EVENING)
        done = collector("probe", "--json", COLLECTOR_SYMBOLS="SPY")
        assert (done.returncode, done.stderr) == (0, "")
        found = json.loads(done.stdout)["verdicts"]
        return {one["question"]: one["verdict"] for one in found}

    return probe


@pytest.mark.slow
def test_the_usual_plan_is_told_question_by_question(probed, fresh_simulator):
    found = probed(cancel_percent=0.0)
    truth = fresh_simulator.truth("darkpool", symbol="SPY", date=DAY)
    assert found["a wrong key"] == "401, JSON with code `unauthorized`, without x-uw headers"
    assert found["minute limit"].startswith("100000 requests a minute, ")
    assert found["daily limit"].startswith("1000000 requests a day, ")
    oldest = min(row["executed_at"] for row in truth)
    assert found["order=asc"] == f"honoured: begins with the oldest, {oldest[11:19]} UTC"
    least = min(float(row["premium"]) for row in truth)
    assert found["floor of $100,000"] == (
        f"the floor holds: the smallest premium served is ${least:,.2f}, none under $100,000"
    )
    assert found["a cancel"] == f"not seen: none of {len(truth)} prints is canceled"
    assert found["more than 500 prints in one second"].startswith("not seen: at most ")
    assert found["market-tide, default step"] == "1 minute"
    assert found["market-tide, step of interval_5m=false"] == "1 minute"
    assert found["history"].startswith("your plan reaches back to 20")
    assert found["live stream"] == "yes: the plan has it (collector_stream_enabled)"
    assert found["429 of the minute"] == "not seen, and not provoked"
    assert found["iv_rank"] == "served, 5 rows"


@pytest.mark.slow
def test_another_plan_and_another_api_are_told_apart_from_it(probed):
    found = probed(
        ignore_order=True,
        premium_floor=False,
        cancel_percent=5.0,
        not_in_plan=["iv-rank"],
        scope_required=["flow-per-strike"],
        missing_access=["flow-per-expiry"],
        socket_no_scope=True,
        no_rate_headers=True,
        prints_in_one_second={"symbol": "SPY", "at": f"{DAY}T20:58:00Z", "count": 700},
    )
    assert found["minute limit"] == found["daily limit"] == "not told"
    assert found["order=asc"].startswith("ignored: begins with the newest, ")
    assert found["floor of $100,000"].startswith("no floor: the smallest premium served is $")
    assert found["a cancel"].startswith("rewrites the row: ")
    assert found["more than 500 prints in one second"].startswith("seen: at least ")
    assert found["iv_rank"] == "not in this plan (403: advanced_tier_required)"
    assert found["flow_per_strike"].startswith("not in this plan (403: ")
    assert found["flow_per_expiry"].startswith("not in this plan (422: Missing access")
    assert found["flow_recent"] == "served, 50 rows"
    assert found["live stream"] == "no: the API plan has no live stream (websocket scope)"


def test_a_feed_that_hiccups_is_unclear_and_not_blamed_on_the_plan(probed):
    found = probed(only_path="iv-rank", html_403=1)
    assert found["iv_rank"].startswith("unclear (403: ")


def test_a_spent_minute_is_waited_for_and_a_refusal_is_shown_with_its_words(probed):
    found = probed(only_path="flow-recent", rate_limit_429=1)
    assert found["429 of the minute"].startswith("429: ")
    assert found["flow_recent"].startswith("unclear (429: ")


def test_it_counts_its_requests_stores_nothing_and_shows_the_key_nowhere(collector, simulator, database):
    collector.clock(simulator, EVENING)
    before = database.one("select count(*) from ops.runs")
    done = collector("probe", COLLECTOR_SYMBOLS="SPY", COLLECTOR_DATABASE_DSN="host=/nowhere")
    assert done.returncode == 0, done.stderr
    asked = sum(line.startswith("    GET ") for line in done.stdout.splitlines())
    assert asked > 10
    told = int(done.stdout.splitlines()[-1].split()[0])
    # The WebSocket is a request too, and no answer of REST.
    assert told == simulator.counters()["total"] + 1
    assert simulator.api_key not in done.stdout
    assert database.one("select count(*) from ops.runs") == before


def test_a_key_that_is_refused_ends_it_with_4_and_the_fix(collector, simulator):
    collector.clock(simulator, EVENING)
    done = collector("probe", COLLECTOR_API_KEY="wrong-7171")
    assert done.returncode == 4
    assert done.stderr == "collector: the API refuses the key (401): check COLLECTOR_API_KEY\n"
    assert "wrong-7171" not in done.stdout
