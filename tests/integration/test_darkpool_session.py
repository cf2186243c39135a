"""A trading day, collected as cron does it, against the truth of the one who served it."""

import pytest
from prints import served, stored

DAY = "2026-11-20"
HALF_DAY = "2025-11-28"
PASSES = ("09:35", "10:10", "12:00", "12:05", "15:59", "16:55")


def new_york(day: str, clock: str) -> str:
    return f"{day}T{clock}:03-05:00"


@pytest.mark.slow
def test_a_day_of_passes_leaves_each_print_once_with_its_last_state(simulator, collector, database):
    for clock in (*PASSES, "21:05"):
        done = collector.at(simulator, new_york(DAY, clock))
        assert done.returncode == 0, done.stdout + done.stderr

    for symbol in ("SPY", "QQQ"):
        truth = served(simulator, symbol, DAY)
        assert len(truth) > 1000
        assert any(row[-1] for row in truth), "no cancel in this day: the test proves less than it says"
        assert stored(database, symbol, DAY) == truth
