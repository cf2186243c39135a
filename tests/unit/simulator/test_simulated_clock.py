"""Simulated time: set, stopped, fast, and never behind itself."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from simulator.clock.simulated import SimulatedClock

THEN = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


def passed(clock: SimulatedClock, since: datetime) -> float:
    return (clock.now() - since).total_seconds()


def test_at_sixty_times_a_tenth_of_a_second_is_six() -> None:
    clock = SimulatedClock()
    clock.set_now(THEN, speed=60)
    started = time.monotonic()
    time.sleep(0.1)
    assert passed(clock, THEN) == pytest.approx((time.monotonic() - started) * 60, abs=0.5)


def test_another_speed_goes_on_from_the_same_moment_and_ends_a_stop() -> None:
    clock = SimulatedClock()
    clock.set_now(THEN, frozen=True)
    clock.set_speed(100)
    time.sleep(0.02)
    assert 2 <= passed(clock, THEN) < 30
    before = clock.now()
    clock.set_speed(1)
    assert 0 <= passed(clock, before) < 10


def test_a_moment_or_an_offset_that_is_set_ends_the_haste() -> None:
    clock = SimulatedClock()
    clock.set_speed(1000)
    clock.set_now(THEN)
    time.sleep(0.02)
    assert passed(clock, THEN) < 5
    clock.set_speed(1000)
    clock.set_offset(3600)
    assert clock.state()["speed"] == 1
    assert clock.state()["offset_s"] == pytest.approx(3600, abs=1)


def test_an_advance_keeps_a_stopped_clock_stopped_and_is_no_jump() -> None:
    clock = SimulatedClock()
    clock.set_now(THEN, frozen=True)
    jumps = clock.jumps
    clock.advance(90)
    assert clock.now() == THEN + timedelta(seconds=90)
    assert (clock.jumps, clock.state()["frozen"]) == (jumps, True)


@pytest.mark.parametrize("speed", [0, -1, 1e9, float("nan")])
def test_a_speed_that_makes_no_sense_is_refused_and_changes_nothing(speed: float) -> None:
    clock = SimulatedClock()
    clock.set_now(THEN, frozen=True)
    with pytest.raises(ValueError, match="speed must be"):
        clock.set_speed(speed)
    with pytest.raises(ValueError, match="speed must be"):
        clock.set_now(THEN + timedelta(days=1), speed=speed)
    assert clock.now() == THEN


def test_time_does_not_go_back_by_an_advance() -> None:
    with pytest.raises(ValueError, match="advance_s must not be negative"):
        SimulatedClock().advance(-1)


def test_new_york_is_shown_beside_utc() -> None:
    clock = SimulatedClock()
    clock.set_now(datetime(2026, 7, 1, 13, 30, tzinfo=UTC), frozen=True)
    assert clock.state()["new_york"] == "2026-07-01T09:30:00-04:00"
