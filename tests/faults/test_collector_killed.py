"""kill -9 at any moment: what was committed stays, and the next run goes on where it ended."""

import random
import secrets
import subprocess
from datetime import datetime

from embedded import wait_until
from prints import served, stored

DAY = "2026-11-20"
EVENING = f"{DAY}T21:10:03-05:00"
KILLS = 8
# A whole pass takes about this long with the latency below.
PASS_S = 1.6


def test_killed_at_random_moments_it_still_ends_with_each_print_once(simulator, collector, database):
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}")
    moments = random.Random(seed)
    collector.clock(simulator, f"{DAY}T15:30:03-05:00")
    simulator.faults(latency_ms=120)
    kills = 0
    for clock in ("15:30", "16:55", "21:05", "21:05"):
        collector.clock(simulator, f"{DAY}T{clock}:03-05:00")
        for _ in range(KILLS // 4):
            kills += killed(collector.start("run"), moments.uniform(0.4, PASS_S))
    assert kills, f"seed {seed}: no run was killed in time"

    simulator.faults(latency_ms=0)
    assert collector.at(simulator, EVENING).returncode == 0

    for symbol in ("SPY", "QQQ"):
        assert stored(database, symbol, DAY) == served(simulator, symbol, DAY), f"seed {seed}"
    outcomes = [outcome for (outcome,) in database.ask("select outcome from ops.runs order by started_at")]
    assert "running" not in outcomes
    assert outcomes[-1] in {"done", "nothing_due"}


def killed(process, after_s: float) -> bool:
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def test_coverage_never_runs_ahead_of_the_rows(simulator, collector, database):
    collector.clock(simulator, EVENING)
    simulator.faults(latency_ms=150)
    process = collector.start("run")
    wait_until(lambda: simulator.counters()["total"] >= 3)
    assert killed(process, 0)

    for symbol in ("SPY", "QQQ"):
        there = set(stored(database, symbol, DAY))
        claimed = database.ask(
            """select lower(r), upper(r) from ops.coverage, unnest(covered) r
               where feed = 'darkpool_trades' and symbol = %s and session_date = %s""",
            symbol,
            DAY,
        )
        for row in served(simulator, symbol, DAY):
            at = datetime.fromisoformat(row[1])
            assert row in there or not any(start <= at < end for start, end in claimed)
