"""While the exchanges are open nothing begins that could disturb the collector, unless its owner insists."""

import datetime as dt
import re

import pytest

from collector.core.clock import NEW_YORK

ENV = "/etc/collector/collector.env"
OPEN, CLOSED = "2026-11-20T15:01:30", "2026-11-20T20:00:00"
RESPECTED = ("-e", '{"market_hours_respected": true}')
FORCED = ("-e", '{"market_hours_respected": true, "market_hours_force": true}')


@pytest.fixture
def clock(owner):
    """Move the collector's clock to a New York wall clock time."""
    before = owner(f"sudo grep CLOCK_OFFSET {ENV}")

    def move(at):
        then = dt.datetime.fromisoformat(at).replace(tzinfo=NEW_YORK)
        offset = int((then - dt.datetime.now(dt.timezone.utc)).total_seconds())
        owner(f"sudo sed -i \"s/^COLLECTOR_CLOCK_OFFSET_S=.*/COLLECTOR_CLOCK_OFFSET_S='{offset}'/\" {ENV}")

    yield move
    owner(f'sudo sed -i "s/^COLLECTOR_CLOCK_OFFSET_S=.*/{before}/" {ENV}')


@pytest.mark.parametrize("name", ["site", "release", "rollback"])
def test_it_is_refused_before_anything_is_touched_with_the_minutes_until_the_close(play, clock, name):
    clock(OPEN)
    tried = play(name, *RESPECTED)
    assert tried.returncode != 0
    minutes = int(re.search(r"open: closes in (\d+) minutes", tried.stdout)[1])
    assert 70 <= minutes <= 74
    assert "FORCE=1" in tried.stdout
    assert "changed=0" in tried.stdout
    assert "TASK [memory" not in tried.stdout


def test_after_the_close_nothing_is_refused(play, clock):
    clock(CLOSED)
    done = play("release", *RESPECTED)
    assert done.returncode == 0, done.stdout


def test_who_insists_gets_his_way_and_stands_in_the_journal(play, clock, owner):
    clock(OPEN)
    since = owner("date +%s")
    done = play("release", *FORCED)
    assert done.returncode == 0, done.stdout
    noted = owner(f"sudo journalctl -t darkpool --since @{since}")
    assert "a deploy in market hours, forced by trader: open:" in noted


def test_a_look_that_changes_nothing_is_never_refused(play, clock):
    clock(OPEN)
    assert play("release", "--check", *RESPECTED).returncode == 0
