"""A key that disappears raises an alarm until somebody says that they know."""

import json
from datetime import datetime, timedelta, timezone

import pytest

DAY = "2026-11-20"
NOON = f"{DAY}T12:00:03-05:00"
SINCE = datetime(2026, 11, 20, 15, 5, tzinfo=timezone.utc)


@pytest.fixture
def missed(database):
    """Notes a missing key as a pass of the collector does."""

    def miss(key="nbbo_bid", feed="darkpool_trades", at=SINCE, rows=512):
        database.ask(
            """insert into ops.schema_drift as d (feed, key, first_seen_at, last_seen_at, rows)
               values (%s, %s, %s, %s, %s)
               on conflict (feed, key) do update set last_seen_at = excluded.last_seen_at""",
            feed,
            key,
            at,
            at,
            rows,
            user="collector",
        )

    return miss


def test_status_raises_the_alarm_and_a_calm_one_has_none(simulator, collector, missed):
    collector.clock(simulator, NOON)
    assert "ALARM" not in collector("status").stdout
    missed()
    out = collector("status").stdout
    assert "ALARM: nbbo_bid is missing from darkpool_trades since 10:05 (512 rows):" in out
    assert "`collector drift`" in out
    assert max(map(len, out.splitlines())) <= 80
    (fact,) = json.loads(collector("status", "--json").stdout)["drift"]
    assert (fact["key"], fact["alarm"]) == ("nbbo_bid", True)


@pytest.mark.slow
def test_an_acknowledged_alarm_is_quiet_until_the_key_is_missing_later_than_that(
    simulator, collector, missed
):
    collector.clock(simulator, NOON)
    missed()
    missed("price")
    done = collector("drift", "--seen", "darkpool_trades", "nbbo_bid")
    assert done.returncode == 0
    assert "known  darkpool_trades: nbbo_bid" in done.stdout
    status = collector("status").stdout
    assert "nbbo_bid" not in status
    assert "ALARM: price is missing from darkpool_trades" in status
    missed(at=SINCE + timedelta(hours=3))
    assert "ALARM: nbbo_bid" in collector("status").stdout


@pytest.mark.slow
def test_drift_lists_each_key_and_how_to_quieten_it(simulator, collector, missed):
    collector.clock(simulator, NOON)
    assert "was ever missing" in collector("drift").stdout
    missed()
    missed("a_key_with_a_rather_long_name_of_its_own", "a_feed_with_a_rather_long_name")
    out = collector("drift").stdout
    assert "collector drift --seen darkpool_trades nbbo_bid" in out
    assert max(map(len, out.splitlines())) <= 80
    assert [one["rows"] for one in json.loads(collector("drift", "--json").stdout)] == [512, 512]


@pytest.mark.slow
def test_a_key_that_was_never_missing_cannot_be_acknowledged(collector):
    done = collector("drift", "--seen", "darkpool_trades", "nbbo_bit")
    assert done.returncode == 1
    assert "nbbo_bit was never missing" in done.stderr


@pytest.mark.slow
def test_the_log_of_a_pass_has_an_error_for_what_that_pass_missed(simulator, collector, missed, tmp_path):
    missed("long_ago")
    missed("just_now", at=datetime(2026, 11, 20, 17, 30, tzinfo=timezone.utc))
    collector.at(simulator, NOON)
    lines = [line for line in (tmp_path / "collector.log").read_text().splitlines() if "level=error" in line]
    assert len(lines) == 1
    assert "schema drift" in lines[0]
    assert "key=just_now" in lines[0]
