"""What a night stored that turned: said once at the next session's passes, not in its warm-up, not as late news."""

from datetime import timedelta

import pytest
from planted import *  # noqa: F403 - fixtures
from planted import DAYS, TODAY, at, fires_once_and_is_over
from receivers import *  # noqa: F403 - fixtures

from collector.alerts import policy, rules

SIGNAL = """insert into derived.signals (rule, version, symbol, session_date, as_of, known_at, value, computed_at)
            values (%s, %s, 'SPY', %s, %s, %s, %s, %s)"""
CORRELATION = """insert into derived.correlations (pair, version, symbol, session_date, as_of, minutes, value,
                   low, high, evidence, computed_at)
                 values (%s, %s, 'SPY', %s, %s, 380, %s, %s, %s, %s, %s)"""
LAST = DAYS[-1]
NIGHT = timedelta(minutes=31)
OPENING = "09:35"
CLEAR = (0.25, True)


def signal(spy, day, value, **more):
    """Stored in its own night, unless it is said when."""
    hour = at("22:00", day)
    given = {"rule": "dark_accumulation", "version": 1, "stored": hour + NIGHT, **more}
    spy.plant(SIGNAL, given["rule"], given["version"], day, hour, hour, value, given["stored"])


def signals(spy, values, last=LAST):
    """One a session, the last of them of that session."""
    days = [day for day in [*DAYS, TODAY] if day <= last][-len(values) :]
    for day, value in zip(days, values, strict=True):
        signal(spy, day, value)


def correlation(spy, day, found, **more):
    """`found` is its value and whether there is evidence; the interval is a tenth to each side."""
    hour, (value, evidence) = at("22:00", day), found
    given = {"pair": "dark-flow", "version": 1, "stored": hour + NIGHT, **more}
    between = (None, None) if value is None else (value - 0.1, value + 0.1)
    named = given["pair"], given["version"]
    spy.plant(CORRELATION, *named, day, hour, value, *between, evidence, given["stored"])


def sessions(spy, many):
    """The days of so many sessions before today, oldest first."""
    asked = "select session_date from ops.market_sessions where session_date < %s order by 1 desc limit %s"
    return [str(row[0]) for row in reversed(spy.database.ask(asked, TODAY, many))]


def shows(spy, text):
    """What the query of a message finds."""
    return spy.database.ask(text.split("SQL: ")[1].split(";")[0], user="analyst")


def of(spy, **values):
    """The two rules, with other values of one."""
    (name,) = values
    spy.rules = [one for one in policy.checked({"rules": values}).rules if one.name == name]


def test_a_signal_that_turned(spy):
    signals(spy, [-1, 0, 0, 0, 1])
    fires_once_and_is_over(
        spy,
        "signal_turn",
        "SPY dark_accumulation turned long (was none)",
        "At 2026-11-19 22:00:00 New York. Session 2026-11-19, version 1.",
        "Compared with: none, in all 3 stored sessions since 2026-11-16.",
    )
    rows = shows(spy, spy.said()[0])
    assert [(str(day), value, side) for day, value, side, _ in rows] == [
        ("2026-11-18", 0, "none"),
        ("2026-11-19", 1, "long"),
    ]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([0, 1, 1], "no turn"),
        ([0, 1, 0], "none is no side"),
        ([0, 1, None], "nothing was known"),
        ([0, 1, 1, None], "an older turn is no news because the newest says nothing"),
        ([1], "its first night"),
        ([None, None, 1], "the first that is known"),
        ([-1, None, None, None, None, None, 1], "known last too long ago"),
    ],
)
def test_a_signal_that_did_not_turn_says_nothing(spy, values, why):
    signals(spy, values)
    spy.look(OPENING)
    assert spy.said() == [], why


def test_a_night_that_knew_too_little_hides_no_turn(spy):
    signals(spy, [1, -1, -1, None, None, 1])
    spy.look(OPENING)
    (text,) = spy.said()
    assert "turned long (was short)" in text
    assert "short, in all 2 stored sessions since 2026-11-13" in text
    assert len(shows(spy, text)) == 4


def test_a_new_version_is_its_own_warm_up_and_no_session_is_said_twice(spy):
    signals(spy, [0, 0])
    signal(spy, LAST, 1, version=2)
    spy.look(OPENING)
    assert spy.said() == []
    signal(spy, DAYS[-2], -1, version=2, stored=at("22:00", LAST))
    spy.look("09:40")
    assert ["turned long (was short)" in text and "version 2" in text for text in spy.said()] == [True]
    for day, value in ((DAYS[-2], 1), (LAST, -1)):
        signal(spy, day, value, version=3)
    spy.look("11:00")
    assert spy.hits() == 1


def test_an_older_night_that_is_made_good_is_no_news_and_changes_no_comparison(spy):
    signals(spy, [0, 1], last=DAYS[-2])
    spy.look(OPENING)
    assert spy.said() == [], "the session before the last"
    signal(spy, LAST, 1)
    spy.look("09:40")
    signal(spy, DAYS[-4], -1, stored=at("09:41"))
    spy.look("09:45")
    assert spy.said() == [], "an older one beside it"


def test_what_is_stored_late_is_not_what_was_compared_with(spy):
    signal(spy, DAYS[-3], 1)
    signal(spy, LAST, 1)
    signal(spy, DAYS[-2], 0, stored=at("09:36"))
    spy.look("09:40")
    assert spy.said() == []


def test_a_night_that_was_slept_through_is_news_when_it_is_made_good_the_next_day(spy):
    signals(spy, [0, 0], last=DAYS[-2])
    signal(spy, LAST, 1, stored=at("11:58"))
    fires_once_and_is_over(spy, "signal_turn", "turned long (was none)")


def test_only_the_signals_that_were_asked_for_and_several_are_one_message(spy):
    for rule, value in (("bullish_flow", -1), ("put_buying", 1), ("iv_rank_relief", 0)):
        signal(spy, DAYS[-2], 0, rule=rule)
        signal(spy, LAST, value, rule=rule)
    spy.look(OPENING)
    assert spy.said() == []
    of(spy, signal_turn={"signals": []})
    spy.look("09:40")
    (text,) = spy.said()
    assert "bullish_flow turned short (was none)" in text
    assert "Also: put_buying long." in text
    assert spy.hits() == 2


def test_a_signal_that_nobody_computes_is_refused_with_those_there_are():
    _, (problem,) = rules.configured({"signal_turn": {"signals": ["bulish_flow"]}})
    assert "signal_turn.signals" in problem
    assert "bullish_flow, dark_accumulation" in problem


def test_a_correlation_on_the_other_side(spy):
    for day, found in zip(DAYS[-4:], ((0.3, True), (-0.2, False), (None, None), (-0.25, True)), strict=True):
        correlation(spy, day, found)
    fires_once_and_is_over(
        spy,
        "correlation_turn",
        "SPY dark-flow correlation -0.25, was +0.30",
        "At 2026-11-19 22:00:00 New York. Session 2026-11-19, version 1, 380 minutes: -0.35 to -0.15, 95 %.",
        "Compared with: +0.20 to +0.40 on 2026-11-16, the last that stood out.",
    )
    rows = shows(spy, spy.said()[0])
    assert [(str(row[0]), row[1]) for row in (rows[0], rows[-1])] == [("2026-11-16", 0.3), (LAST, -0.25)]


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ([(0.3, True), CLEAR], "the same side"),
        ([(-0.3, True), (0.25, False)], "no evidence"),
        ([(-0.3, True), (0.05, True)], "the interval holds 0"),
        ([(-0.3, True), (None, None)], "nothing was known"),
        ([(-0.3, True), CLEAR, (None, None)], "an older one"),
        ([(-0.3, False), CLEAR], "its warm-up"),
        ([CLEAR], "its first night"),
    ],
)
def test_a_correlation_that_is_no_news(spy, found, why):
    for day, one in zip(DAYS[-len(found) :], found, strict=True):
        correlation(spy, day, one)
    spy.look(OPENING)
    assert spy.said() == [], why


@pytest.mark.parametrize(("before", "unknown", "messages"), [(19, 0, 0), (20, 0, 1), (20, 1, 0)])
def test_the_first_correlation_that_stands_out_in_twenty_sessions(spy, before, unknown, messages):
    days = sessions(spy, 22)
    past = days[-before - 1 : -1]
    for day in past:
        correlation(spy, day, (None, None) if day in past[:unknown] else (0.02, False))
    correlation(spy, LAST, CLEAR)
    spy.look(OPENING)
    assert len(spy.said()) == messages
    for text in spy.said():
        assert "SPY dark-flow correlation +0.25, the first to stand out in 20 sessions" in text
        assert f"Compared with: +0.02 on average since {days[-21]}, none of which stood out." in text
        assert len(shows(spy, text)) == 21


@pytest.mark.parametrize(("ago", "messages"), [(20, 0), (21, 1)])
def test_the_same_side_is_news_again_after_twenty_sessions_without(spy, ago, messages):
    days = sessions(spy, 22)
    for day in days[:-1]:
        correlation(spy, day, (0.3, True) if day == days[-1 - ago] else (0.02, False))
    correlation(spy, LAST, CLEAR)
    spy.look(OPENING)
    assert len(spy.said()) == messages


def test_a_correlation_of_an_older_night_that_is_made_good_is_no_news(spy):
    correlation(spy, DAYS[-3], (-0.3, True))
    correlation(spy, DAYS[-2], CLEAR, stored=at("09:31"))
    spy.look(OPENING)
    assert spy.said() == []


def test_a_late_correlation_and_another_version_are_no_comparison(spy):
    correlation(spy, DAYS[-2], (-0.3, True), stored=at("09:31"))
    correlation(spy, DAYS[-3], (-0.3, True), version=2)
    correlation(spy, LAST, CLEAR)
    spy.look(OPENING)
    assert spy.said() == []


def test_two_pairs_are_one_message_and_both_are_noted(spy):
    for pair, value in (("dark-flow", 0.2), ("flow-price", 0.4)):
        correlation(spy, DAYS[-2], (-value, True), pair=pair)
        correlation(spy, LAST, (value, True), pair=pair)
    spy.look(OPENING)
    (text,) = spy.said()
    assert "flow-price correlation +0.40" in text
    assert "Also: dark-flow 0.20." in text
    assert spy.hits() == 2


def test_history_says_how_often_they_would_have_fired_and_sees_no_tomorrow(spy, collector, simulator):
    signals(spy, [0, 1, 1, 0, -1, 1], last=TODAY)
    for day, value in zip([*DAYS[-5:], TODAY], (0.3, -0.3, -0.3, 0.3, -0.3, 0.3), strict=True):
        correlation(spy, day, (value, True))
    collector.clock(simulator, f"{TODAY}T23:00:00-05:00")
    asked = ("--from", DAYS[-5], "--to", TODAY, "--symbol", "SPY")
    said = {
        rule: collector("alerts", "test", rule, *asked).stdout for rule in ("signal_turn", "correlation_turn")
    }
    assert said["signal_turn"].endswith(
        "signal_turn: 6 sessions, 2 events, 4 messages would have been written\n"
    )
    fired = [line for line in said["signal_turn"].splitlines() if " fired: SPY dark_acc" in line]
    assert [line[:20] for line in fired] == ["Tue 2026-11-17 09:35", "Fri 2026-11-20 09:35"]
    assert "correlation_turn: 6 sessions, 3 events" in said["correlation_turn"]


@pytest.mark.slow
def test_a_pass_says_it_and_the_deliverer_brings_it_once_and_that_it_is_over(
    spy, collector, simulator, deliver, webhook
):
    signals(spy, [0, 0, 1])
    title = "SPY dark_accumulation turned long (was none)"
    assert f"alert: {title}" in collector.at(simulator, f"{TODAY}T09:36:00-05:00").stdout
    for minute in (37, 38):
        deliver(f"{TODAY}T09:{minute}:00-05:00")
    assert "alert" not in collector.at(simulator, f"{TODAY}T09:41:00-05:00").stdout
    collector.at(simulator, f"{TODAY}T10:11:00-05:00")
    for minute in (12, 13):
        deliver(f"{TODAY}T10:{minute}:00-05:00")
    assert webhook.titles() == [title, "RESOLVED SPY signal_turn: quiet again"]
