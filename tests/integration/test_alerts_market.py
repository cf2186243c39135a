"""Each market rule: a planted cause, the message that arrives at a real receiver once, and that it is over."""

from datetime import timedelta

import psycopg2
import pytest
from planted import *  # noqa: F403 - fixtures
from planted import BAR, DAYS, METRIC, MINUTE, PRINT, TODAY, at, fires_once_and_is_over

from collector.alerts import once, policy


@pytest.mark.slow
def test_a_block_print(spy):
    spy.past()
    spy.block("11:58:00")
    fires_once_and_is_over(
        spy,
        "block_print",
        "60 k shares at 600 ($36 M)",
        "6.0 % of a day's volume",
        "median day of 12 sessions",
    )


def test_a_cluster_of_prints_at_one_price(spy):
    spy.past()
    for second in range(12):
        spy.block(f"12:00:{second:02}", size=9000, price=601)
    spy.rules = [rule for rule in spy.rules if rule.name == "level_cluster"]
    spy.look("12:01")
    spy.look("12:05")
    (text,) = spy.said()
    assert "SPY 12 dark prints at 601.00, $64.9 M" in text
    spy.block("12:06:00", size=9000, price=601)
    spy.look("12:10")
    assert (len(spy.said()), spy.hits()) == (1, 1), "the same cluster, grown, is no news"
    spy.look("12:50")
    assert "RESOLVED SPY level_cluster: quiet again" in spy.said()[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "premium", "size", "detail"),
    [
        ("unusual_premium", 2_000_000, 50, {"has_sweep": False}),
        ("unusual_size", 500_000, 6000, {}),
        ("sweep", 1_200_000, 50, {"has_sweep": True}),
        ("opening", 1_200_000, 50, {"all_opening_trades": True}),
    ],
)
def test_unusual_flow(spy, rule, premium, size, detail):
    spy.past()
    spy.rules = [one for one in spy.rules if one.name == rule]
    spy.flow("11:58:00", premium, size, **detail)
    fires_once_and_is_over(spy, rule, "2026-12-18 600", "at this time of day is", "in 12 sessions")


@pytest.mark.slow
def test_only_sweeps_are_sweeps(spy):
    spy.past()
    spy.rules = [one for one in spy.rules if one.name in ("sweep", "opening")]
    spy.flow("11:58:00", 9_000_000)
    spy.look("12:00")
    assert spy.said() == []


@pytest.mark.parametrize(("before", "after", "direction"), [(599, 601, "up"), (601, 599, "down")])
def test_a_level_of_yours_that_is_crossed(spy, before, after, direction):
    spy.rules = policy.checked({"rules": {"your_level": {"prices": {"SPY": [600]}}}}).rules
    for clock, close in (("11:57", before), ("11:58", after)):
        spy.plant(BAR, TODAY, at(clock), close, close, close, close, at(clock) + MINUTE)
    fires_once_and_is_over(
        spy, "your_level", f"600 crossed {direction} (your level)", f"at {after}", f"at {before}"
    )


def test_a_dark_level_of_yesterday_and_max_pain(spy):
    spy.rules = policy.checked({"rules": {"max_pain": {"enabled": True}}}).rules
    spy.past(DAYS[-1:])
    spy.plant(PRINT, 9_000_001, 90_000, 605, 1, 1, at("12:00", DAYS[-1]), at("12:00", DAYS[-1]), None, None)
    spy.plant(
        """insert into trading.max_pain (symbol, session_date, expiry, max_pain, collected_at)
           values ('SPY', %s, %s, 605.5, now())""",
        TODAY, TODAY,
    )  # fmt: skip
    for clock, close in (("11:57", 604.9), ("11:58", 606)):
        spy.plant(BAR, TODAY, at(clock), close, close, close, close, at(clock) + MINUTE)
    spy.look("12:00")
    (text,) = spy.said()
    assert "605.00 crossed up (dark-pool level of 2026-11-19, 90000 shares)" in text
    assert "605.5 crossed up (max pain of 2026-11-20)" in text
    for clock in ("12:05", "12:40", "12:45"):
        spy.look(clock)
    over = ("SPY darkpool_level", "SPY max_pain")
    said = "\n".join(spy.said()[1:])
    assert [said.count(f"RESOLVED {name}: quiet again [") for name in over] == [1, 1], said


def test_a_minute_that_was_not_over_when_it_was_fetched_crosses_nothing(spy):
    spy.rules = policy.checked({"rules": {"your_level": {"prices": {"SPY": [600]}}}}).rules
    spy.plant(BAR, TODAY, at("11:57"), 599, 599, 599, 599, at("11:58"))
    spy.plant(BAR, TODAY, at("11:58"), 601, 601, 601, 601, at("11:58:30"))
    spy.look("12:00")
    assert spy.said() == []


def test_a_change_of_the_iv_rank_however_often_it_is_refreshed(spy):
    for day, value in ((DAYS[-1], 20), (TODAY, 40)):
        spy.plant(METRIC, "SPY", "iv_rank", value, at("00:00", day), at("11:58"))
    fires_once_and_is_over(spy, "iv_rank_change", "SPY IV rank 40.0, +20.0 points", "20.0 on 2026-11-19")
    spy.plant(METRIC, "SPY", "iv_rank", 45, at("00:00"), at("12:50"))
    spy.look("12:50")
    assert (len(spy.said()), spy.hits()) == (2, 1)


def test_a_turn_of_the_tide_and_noise_near_nothing_is_none(spy):
    spy.symbol = "MARKET"
    nets = {"11:00": 300, "11:30": 50, "11:40": -20, "11:45": 30, "11:58": -250}
    for clock, net in nets.items():
        spy.plant(METRIC, "MARKET", "market_tide_net_call_premium", net * 1_000_000, at(clock), at(clock))
        spy.plant(METRIC, "MARKET", "market_tide_net_put_premium", 0, at(clock), at(clock))
    fires_once_and_is_over(spy, "tide_turn", "tide turned to puts: -$250 M", "$300 M at 11:00")


def test_a_turn_that_is_restated_to_another_minute_is_the_same_turn(spy):
    for clock, net in {"11:00": 300, "11:57": 0, "11:58": -250}.items():
        spy.plant(METRIC, "MARKET", "market_tide_net_call_premium", net * 1_000_000, at(clock), at(clock))
        spy.plant(METRIC, "MARKET", "market_tide_net_put_premium", 0, at(clock), at(clock))
    spy.look("12:00")
    spy.plant(METRIC, "MARKET", "market_tide_net_call_premium", -260_000_000, at("11:57"), at("12:03"))
    spy.look("12:05")
    assert (len(spy.said()), spy.hits()) == (1, 1)


def test_no_rule_fires_in_its_warm_up(spy):
    spy.past(DAYS[-9:])
    spy.block("11:58:00")
    spy.flow("11:58:00", 9_000_000, 90_000, has_sweep=True)
    spy.look("12:00")
    assert spy.said() == []
    assert spy.database.one("select max(sessions) from derived.baselines") == 9


def test_late_prints_of_the_past_and_prices_away_from_the_market_are_no_news(spy):
    spy.past()
    spy.block("11:58:00", late=timedelta(hours=2))
    spy.block("11:30:00")
    for condition in ("average_price_trade", "prior_reference_price", "contingent_trade"):
        spy.block("11:58:00", condition=condition)
    spy.look("12:00")
    assert spy.said() == []


def test_outside_the_markets_hours_nothing_fires_and_what_was_on_is_over(spy):
    spy.past()
    spy.block("08:00:00")
    spy.look("08:01")
    spy.block("09:29:59")
    spy.look("09:31")
    assert spy.said() == []
    spy.block("15:59:00")
    spy.look("16:00")
    spy.look("16:45")
    assert [line.split("\n")[0] for line in spy.said()][1:] == ["RESOLVED SPY block_print: quiet again"]


def test_a_rule_looks_at_its_own_hours_and_what_was_on_is_over_after_them(spy):
    spy.past()
    spy.rules = policy.checked({"rules": {"block_print": {"hours": "09:45-12:05"}}}).rules
    spy.block("09:40:00")
    spy.look("09:41")
    spy.look("09:46")
    assert spy.said() == []
    spy.block("12:04:00")
    spy.look("12:04")
    spy.block("12:06:00")
    for clock in ("12:06", "12:30", "12:40"):
        spy.look(clock)
    assert [line.split("\n")[0][:20] for line in spy.said()] == [
        "SPY block print 60 k",
        "RESOLVED SPY block_p",
    ]
    assert spy.hits() == 1


def test_many_blocks_are_three_messages_and_one_that_it_is_over(spy):
    spy.past()
    for minute in range(0, 200, 5):
        clock = f"{11 + minute // 60}:{minute % 60:02}"
        spy.block(f"{clock}:00")
        spy.look(f"{clock}")
    spy.look("15:30")
    marks = [line.split(" ")[0] for line in spy.said()]
    assert marks == ["SPY", "AGAIN", "STILL", "RESOLVED"]


def test_a_hit_and_its_message_are_one_transaction(spy, database):
    spy.past()
    spy.block("11:58:00")
    database.ask("alter table ops.outbox add constraint full_disk check (kind <> 'fired')")
    with pytest.raises(psycopg2.errors.CheckViolation):
        spy.look("12:00")
    assert database.one("select count(*) from ops.alert_hits") == 0
    database.ask("alter table ops.outbox drop constraint full_disk")
    spy.look("12:01")
    assert len(spy.said()) == 1


def test_a_quiet_stretch_says_nothing(spy):
    spy.past([*DAYS, TODAY])
    for hour in range(10, 17):
        for minute in (0, 30):
            spy.look(f"{hour}:{minute:02}")
    assert spy.said() == []


def test_history_says_how_often_a_rule_would_have_fired(spy, collector, simulator):
    spy.past()
    spy.block("11:58:00")
    spy.connection.commit()
    collector.clock(simulator, f"{TODAY}T18:00:00-05:00")
    done = collector("alerts", "test", "block_print", "--from", TODAY, "--to", TODAY, "--symbol", "SPY")
    assert (done.returncode, done.stderr) == (0, "")
    assert "block_print: 1 sessions, 1 events, 2 messages would have been written" in done.stdout
    wrong = collector("alerts", "test", "blok")
    assert wrong.returncode == 2
    assert "block_print" in wrong.stderr


@pytest.mark.slow
def test_a_pass_of_the_collector_looks_by_itself(spy, collector, simulator):
    spy.past()
    spy.flow("12:00:01", 9_000_000)
    done = collector.at(simulator, f"{TODAY}T12:01:00-05:00")
    assert done.returncode == 0, done.stdout
    assert "alert: SPY options flow $9 M" in done.stdout
    assert "alert" not in collector.at(simulator, f"{TODAY}T12:06:00-05:00").stdout


def test_a_print_that_the_vendor_no_longer_shows_is_no_news(spy, collector, simulator):
    spy.past()
    spy.block("12:00:01")
    assert "alert" not in collector.at(simulator, f"{TODAY}T12:01:00-05:00").stdout


def test_a_rule_that_cannot_be_asked_costs_no_pass(collector, simulator, tmp_path):
    (tmp_path / "alerts.json").write_text('{"rules": {"blok": {}}}')
    collector.settings["COLLECTOR_ALERTS_DIR"] = str(tmp_path)
    done = collector.at(simulator, f"{TODAY}T12:00:03-05:00")
    assert done.returncode == 0
    assert "alerts: not looked for" in done.stdout


def test_the_shipped_pace_is_the_one_that_is_documented():
    paces = {rule.name: rule.pace for rule in policy.checked({}).rules}
    assert paces["block_print"] == once.Pace(30 * MINUTE, 30 * MINUTE)
