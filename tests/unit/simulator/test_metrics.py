"""IV rank and market tide: what is final, and what is still rewritten."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from simulator.clock.calendar import NEW_YORK, session
from simulator.model import iv_rank, tide

THERE = session(date(2026, 11, 20))
NOON = datetime(2026, 11, 20, 12, 2, 30, tzinfo=NEW_YORK)
EVENING = NOON.replace(hour=19)


def ranks(now: datetime) -> list[dict[str, Any]]:
    return iv_rank.rows(7, "SPY", THERE, now)


def steps(now: datetime, minutes: int = 5, *, otm_only: bool = False) -> list[dict[str, Any]]:
    return tide.rows(7, THERE, now, step_minutes=minutes, otm_only=otm_only)


def test_iv_rank_is_the_last_five_sessions_oldest_first() -> None:
    assert [row["date"][-2:] for row in ranks(NOON)] == ["16", "17", "18", "19", "20"]


def test_every_value_of_iv_rank_is_text() -> None:
    assert {type(value) for row in ranks(NOON) for value in row.values()} == {str}


def test_iv_rank_lies_between_0_and_100() -> None:
    assert all(0 <= Decimal(row["iv_rank_1y"]) <= 100 for row in ranks(NOON))


def test_todays_iv_rank_is_rewritten_every_five_minutes_and_the_past_is_not() -> None:
    now, soon, later = ranks(NOON), ranks(NOON + timedelta(minutes=2)), ranks(NOON + timedelta(minutes=5))
    assert now == soon
    assert now[:4] == later[:4]
    assert now[4]["updated_at"] < later[4]["updated_at"]
    assert now[4]["volatility"] != later[4]["volatility"]


def test_the_evenings_iv_rank_is_the_last_word_on_the_day() -> None:
    settled = ranks(EVENING)[-1]
    assert settled["updated_at"].startswith("2026-11-20T23:35:00")
    assert ranks(EVENING + timedelta(days=1))[-1] == settled != ranks(EVENING.replace(hour=17))[-1]


def test_before_the_bell_todays_iv_rank_does_not_exist() -> None:
    assert ranks(NOON.replace(hour=9, minute=29))[-1]["date"] == "2026-11-19"


def test_the_tide_has_a_row_for_each_step_of_the_session() -> None:
    assert len(steps(EVENING)) == 78
    assert len(steps(EVENING, 1)) == 390
    assert steps(EVENING)[0]["timestamp"] == "2026-11-20T09:30:00-05:00"
    assert steps(EVENING)[-1]["timestamp"] == "2026-11-20T15:55:00-05:00"


def test_the_tide_is_cumulative_so_steps_of_any_length_meet() -> None:
    fives, ones = steps(EVENING), steps(EVENING, 1)
    assert [row["net_volume"] for row in fives] == [row["net_volume"] for row in ones[4::5]]


def test_only_the_running_step_of_the_tide_is_restated() -> None:
    now, soon = steps(NOON), steps(NOON + timedelta(seconds=60))
    assert len(now) == len(soon) == 31
    assert now[:-1] == soon[:-1]
    assert now[-1]["net_call_premium"] != soon[-1]["net_call_premium"]


def test_money_of_the_tide_is_text_and_its_volume_a_number() -> None:
    row = steps(NOON)[3]
    assert Decimal(row["net_put_premium"]).as_tuple().exponent == -4
    assert isinstance(row["net_volume"], int)


def test_out_of_the_money_trades_are_a_part_of_the_tide() -> None:
    assert steps(EVENING, otm_only=True)[-1]["net_volume"] != steps(EVENING)[-1]["net_volume"]


def test_there_is_no_tide_before_the_bell() -> None:
    assert steps(NOON.replace(hour=9, minute=30, second=0)) == []
