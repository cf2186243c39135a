"""Volatility and exposure: feeds that tell one number tell the same one."""

import itertools
import statistics
from datetime import date, datetime
from math import log, sqrt

from simulator.clock.calendar import NEW_YORK, session, sessions_back
from simulator.model import exposure, interest, iv_rank, options, prices, volatility

THERE = session(date(2026, 11, 20))
DAYS = sessions_back(THERE.date, 60)
NOON = datetime(2026, 11, 20, 12, 2, 30, tzinfo=NEW_YORK)


def test_stats_repeat_iv_rank_of_the_moment() -> None:
    rank, stats = iv_rank.rows(7, "SPY", THERE, NOON, 1)[0], volatility.stats(7, "SPY", THERE, NOON)
    assert (stats["iv"], stats["iv_rank"]) == (rank["volatility"], rank["iv_rank_1y"])
    assert float(stats["rv_low"]) <= float(stats["rv"]) <= float(stats["rv_high"])


def test_nine_tenors_and_thirty_days_is_the_level() -> None:
    rows = volatility.interpolated(7, "SPY", THERE, NOON)
    assert [row["days"] for row in rows] == [1, 5, 7, 14, 30, 60, 90, 180, 365]
    level = iv_rank.rows(7, "SPY", THERE, NOON, 1)[0]["volatility"]
    assert abs(float(rows[4]["volatility"]) - float(level)) <= 0.0005


def test_realized_volatility_is_that_of_the_closing_prices() -> None:
    closes = [prices.close_price(7, "SPY", day.date) for day in DAYS[-22:]]
    returns = [log(b / a) for a, b in itertools.pairwise(closes)]
    assert volatility.realized(7, "SPY", THERE.date) == statistics.stdev(returns) * sqrt(252)


def test_the_last_twenty_one_sessions_have_no_realized_volatility_yet() -> None:
    rows = volatility.history(7, "SPY", DAYS, NOON)
    assert [row["date"] for row in rows] == [day.date.isoformat() for day in DAYS]
    assert [row["realized_volatility"] is None for row in rows] == [False] * 39 + [True] * 21
    assert rows[0]["unshifted_rv_date"] == DAYS[21].date.isoformat()


def test_the_term_structure_has_a_row_for_each_expiry() -> None:
    rows = volatility.term_structure(7, "SPY", THERE, NOON)
    assert [row["expiry"] for row in rows] == [day.isoformat() for day in options.expiries(THERE.date)]
    assert rows[0]["dte"] == 0


def test_spot_exposure_by_open_contracts_is_the_days_greeks_at_the_minutes_price() -> None:
    day = exposure.row(7, "SPY", THERE.date)
    last = exposure.spot(7, "SPY", THERE, NOON.timestamp() + 40_000)[-1]
    gamma = float(day["call_gamma"]) + float(day["put_gamma"])
    told = float(last["gamma_per_one_percent_move_oi"])
    assert abs(told / (gamma * float(last["price"]) ** 2 / 100) - 1) < 1e-4


def test_spot_exposure_by_volume_settles() -> None:
    now, final = (exposure.spot(7, "SPY", THERE, NOON.timestamp() + later) for later in (0, 40_000))
    assert (len(now), len(final)) == (153, 390)
    assert now[:141] == final[:141]
    assert now[-2] != final[len(now) - 2]


def test_open_interest_of_a_morning_is_what_the_next_one_calls_the_last() -> None:
    before, last, this = DAYS[-3:]
    trades = options.make_day(7, "SPY", last, 800)
    first = interest.changes(7, before, last, trades)
    second = {row["option_symbol"]: row for row in interest.changes(7, last, this, trades)}
    assert all(second[row["option_symbol"]]["last_oi"] == row["curr_oi"] for row in first)
    assert all(row["curr_oi"] - row["last_oi"] == row["oi_diff_plain"] for row in first)


def test_the_largest_change_of_open_interest_comes_first() -> None:
    trades = options.make_day(7, "SPY", DAYS[-2], 800)
    rows = interest.changes(7, DAYS[-2], THERE, trades)
    sizes = [abs(row["oi_diff_plain"]) for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    assert [row["rnk"] for row in rows] == list(range(1, len(rows) + 1))
    assert sum(row["volume"] for row in rows) == sum(trade.size for trade in trades)


def test_max_pain_lies_inside_the_strikes_of_each_expiry() -> None:
    rows = interest.max_pain(7, "SPY", THERE.date, DAYS[-2].date)
    close = prices.close_price(7, "SPY", DAYS[-2].date)
    assert len(rows) == 9
    assert all(0.9 * close < int(row["max_pain"]) < 1.1 * close for row in rows)
