"""A day on the droplet: killed in the middle of a pass, and still every print once; back by itself after a reboot."""

import datetime as dt
import random
import secrets
import time

import pytest

from testbed import bed as beds
from testbed import session, world

# After the last print of the day (20:00) and the last late report of it.
EVENING = dt.time(21, 15)


@pytest.fixture
def unscheduled(owner):
    """Keep cron out of the way while the test decides when a pass is taken."""
    owner(f"sudo {session.PAUSE}")
    yield
    owner(f"sudo {session.RESUME}")


def stored_prints(rows, symbol, date):
    """Every print as its identity and whether it was cancelled."""
    return rows(f"""
        select extract(epoch from executed_at)::bigint, tracking_id, price::text, size::text, volume::text, canceled
        from trading.darkpool_trades
        where symbol = '{symbol}' and (executed_at at time zone 'America/New_York')::date = '{date}'""")


def served_prints(truth, symbol, date):
    prints = truth(f"/_truth/darkpool?symbol={symbol}&date={date}")["prints"]
    return [
        [
            str(int(dt.datetime.fromisoformat(row["executed_at"]).timestamp())),
            str(row["tracking_id"]),
            row["price"],
            str(row["size"]),
            str(row["volume"]),
            "t" if row["canceled"] else "f",
        ]
        for row in prints
    ]


def test_after_the_session_the_prints_are_the_truth_though_the_collector_was_killed(
    bed, owner, rows, truth, unscheduled
):
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}")
    moments = random.Random(seed)
    date = world.now(bed).date()
    evening = world.offset_at(bed, EVENING)
    as_collector = f"sudo -u collector env COLLECTOR_CLOCK_OFFSET_S={evening} collector"
    run, check = f"{as_collector} run", f"{as_collector} status --check --brief"

    world.move(bed, evening)
    assert "late: " in owner(f"{check} || [ $? -eq 1 ]")
    truth("/_faults", {"latency_ms": 150})
    try:
        for _ in range(3):
            wait = f"{moments.uniform(0.5, 2.0):.2f}"
            owner(f"{run} >/dev/null & sleep {wait}; sudo pkill -KILL -u collector; wait; true")
    finally:
        truth("/_faults", {"latency_ms": 0})
    owner(run)
    owner(check)

    for symbol in ("SPY", "QQQ"):
        served = sorted(served_prints(truth, symbol, date))
        assert len(served) > 1000, "the truth itself is nearly empty"
        assert sorted(stored_prints(rows, symbol, date)) == served, f"seed {seed}"
    world.move(bed, world.offset_s(bed))


def test_after_a_reboot_everything_is_back_and_the_next_tick_collects(bed, owner, rows):
    beds.reboot(bed)
    assert owner("systemctl is-system-running") == "running"
    before = runs(rows)
    for _ in range(75):
        if runs(rows) > before:
            break
        time.sleep(1)
    else:
        pytest.fail(
            "no pass was taken within 75 s of the reboot: " + owner("systemctl status cron collector.service")
        )
    assert "Result=success" in owner("systemctl show -p Result collector.service")


def runs(rows):
    return int(rows("select count(*) from ops.runs where outcome = 'done'")[0][0])
