"""What a series of observations says: the flapping one, the one that stays, the one that comes back."""

from datetime import datetime, timedelta, timezone

from collector.alerts.once import Pace, noted, observed, word

START = datetime(2026, 11, 20, 15, 0, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)
PACE = Pace(cooldown=30 * MINUTE, quiet=10 * MINUTE)


def said(pattern, pace=PACE):
    """What is said when each minute has so many hits."""
    episode, found = None, []
    for minute, hits in enumerate(pattern):
        now = START + minute * MINUTE
        after = observed(episode, now, hits, pace)
        kind = word(episode, after, now, pace)
        if kind:
            found.append((minute, kind))
            after = noted(after, kind, now)
        episode = after
    return found


def test_one_event_is_said_once_and_is_over_after_its_quiet():
    assert said([0, 1, *[0] * 40]) == [(1, "fired"), (11, "resolved")]


def test_what_stays_is_said_three_times_at_growing_distance_and_then_not_any_more():
    assert said([1] * 600) == [(0, "fired"), (30, "again"), (90, "last")]


def test_a_flapping_series_says_at_most_three_messages_and_one_resolved():
    kinds = [kind for _, kind in said([1, 0, 0, 1, 0] * 100 + [0] * 60)]
    assert kinds == ["fired", "again", "last", "resolved"]


def test_what_comes_back_soon_must_be_quiet_for_twice_as_long():
    pattern = [1, *[0] * 14, 1, *[0] * 14] * 20 + [0] * 200
    assert len(said(pattern)) <= 5
    assert [kind for _, kind in said(pattern)].count("fired") == 1


def test_what_comes_back_much_later_is_new():
    assert said([1, *[0] * 60, 1]) == [(0, "fired"), (10, "resolved"), (61, "fired")]


def test_nothing_says_nothing():
    assert said([0] * 100) == []
