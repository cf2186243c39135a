"""The host's time zone changes nothing, nor do the days on which New York's clocks or the exchanges do odd things."""

import pytest
from prints import served, stored

ZONES = ("America/New_York", "UTC", "Asia/Tokyo", "Europe/Berlin", "Australia/Lord_Howe")
ONLY_SPY = {"COLLECTOR_FEEDS": "darkpool_trades", "COLLECTOR_SYMBOLS": "SPY"}
# The last days before and the first after both changes of New York's clocks.
AUTUMN = (("2026-10-30", "-04:00"), ("2026-11-02", "-05:00"))
SPRING = (("2026-03-06", "-05:00"), ("2026-03-09", "-04:00"))
HALF_DAY = (("2026-11-25", "-05:00"), ("2026-11-27", "-05:00"))


def collect(collector, simulator, zone, days):
    """A pass at noon and in the evening of each day, and one in the morning after the last."""
    collector.settings |= {**ONLY_SPY, "TZ": zone}
    for day, offset in days:
        for clock in ("12:01:03", "21:05:03"):
            done = collector.at(simulator, f"{day}T{clock}{offset}")
            assert done.returncode == 0, done.stdout + done.stderr


def is_the_truth(database, simulator, days):
    found = dict(database.ask("select session_date::text, covered::text from ops.coverage"))
    assert sorted(found) == [day for day, _ in days]
    for day, _ in days:
        truth = served(simulator, "SPY", day)
        assert truth
        assert stored(database, "SPY", day) == truth, day


@pytest.mark.parametrize("zone", ZONES)
def test_in_any_zone_of_the_host_the_days_around_the_change_of_clocks_are_whole(
    zone, simulator, collector, database
):
    collect(collector, simulator, zone, AUTUMN)
    is_the_truth(database, simulator, AUTUMN)
    # The evening before a change of clocks is 24 hours long, the sweep of it reached from midnight to midnight.
    collector.at(simulator, "2026-11-03T06:50:03-05:00")
    assert database.ask(
        "select upper(covered) - lower(covered) = '24 hours' from ops.coverage where confirmed <> '{}'"
    ) == [
        (True,),
        (True,),
    ]


@pytest.mark.parametrize(("zone", "days"), [("Asia/Tokyo", SPRING), ("Europe/Berlin", HALF_DAY)])
def test_the_change_to_summer_time_and_a_half_day_are_whole(zone, days, simulator, collector, database):
    collect(collector, simulator, zone, days)
    is_the_truth(database, simulator, days)


def test_on_a_day_of_mourning_nothing_is_asked_and_the_days_around_it_are_whole(
    simulator, collector, database
):
    around = (("2025-01-08", "-05:00"), ("2025-01-10", "-05:00"))
    collect(collector, simulator, "Australia/Lord_Howe", around[:1])
    collector.at(simulator, "2025-01-09T06:50:03-05:00")
    simulator.counters(reset=True)
    for clock in ("09:35:03", "12:01:03", "21:05:03"):
        assert collector.at(simulator, f"2025-01-09T{clock}-05:00").returncode == 0
    assert simulator.counters()["total"] == 0
    collect(collector, simulator, "Australia/Lord_Howe", around[1:])
    is_the_truth(database, simulator, around)
