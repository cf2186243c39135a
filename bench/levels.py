"""A day of 30,000 prints: levels and profile, and the whole report, against the straightforward pandas version.

Planted: the day's prints with their half-cents, prints of 20 sessions before, and bars, volumes and a day's fetches of
flow. The rival reads the same rows, works in floats and whole ticks, and must come to the same numbers; it has no
pictures, signals, holes or clusters, so of the report it is the floor.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psycopg2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from _prints import DAY, copy, make, server
from dashboard import FLOW, PARTITIONS, TABLES

from analysis import signals
from analysis.darkpool.report import LevelsReport, levels_report
from analysis.load import postgresql, session
from analysis.report.completeness import states
from analysis.report.parts import Parts, parts
from analysis.report.trust import said
from analysis.show.report import html

TICK, HALF = 10_000, 500
BEFORE = """
insert into trading.darkpool_trades (tracking_id, symbol, size, price, volume, premium, executed_at, collection_time)
select -n, 'SPY', 200 + n * 13 %% 900, 605 + n %% 997 / 1000.0, n, 100000 + n,
       date_trunc('second', d.opens_at + n * (interval '6.4 h' / %(rows)s)), d.closes_at
from ops.market_sessions d, generate_series(1, %(rows)s) n
where d.session_date >= %(first)s and d.session_date < %(last)s
"""
PRINTS = """
select price, size, sale_cond_codes, trade_code, canceled from trading.darkpool_trades
where symbol = 'SPY' and executed_at >= %(begin)s and executed_at < %(end)s and missing_since is null
"""
FETCH = """
select (detail ->> 'call_premium')::float c, (detail ->> 'put_premium')::float p,
       (detail ->> 'call_premium_ask_side')::float ca, (detail ->> 'call_premium_bid_side')::float cb,
       (detail ->> 'put_premium_ask_side')::float pa, (detail ->> 'put_premium_bid_side')::float pb, collected_at
from trading.options_flow where symbol = 'SPY' and flow_type = 'per_expiry' and session_date = %(day)s
"""
LEVELS = (
    "select dark_volume, lit_volume from trading.price_levels where symbol = 'SPY' and session_date = %(day)s"
)
CLOSE = "select close from trading.bars where symbol = 'SPY' and session_date = %(day)s order by starts_at"


def fill(dsn: str, rows: int, before: int) -> None:
    """The day, and prints of the sessions before."""
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                "select session_date from ops.market_sessions where session_date <= %s order by 1 desc limit %s",
                (DAY, before + 1),
            )
            values = {"first": cursor.fetchall()[-1][0], "newest": DAY, "last": DAY, "rows": rows}
            for table in TABLES:
                cursor.execute(PARTITIONS, {**values, "table": table})
            cursor.execute(BEFORE, values)
            copy(cursor, [row for page in make(rows) for row in page])
            cursor.execute(FLOW, {**values, "first": DAY, "every": 5})
            cursor.execute("vacuum analyze")


def ours(dsn: str) -> LevelsReport:
    """What `analysis levels` asks and computes."""
    with postgresql.connect(dsn) as connection:
        prints = postgresql.prints(connection, "SPY", DAY)
        return levels_report("SPY", DAY, prints, postgresql.covered(connection, "SPY", DAY))


def our_report(dsn: str) -> tuple[Parts, str]:
    """What `analysis report` asks, computes and writes."""
    with postgresql.connect(dsn) as connection:
        on = session.session_of(connection, DAY)
        assert on is not None
        material = session.material(connection, "SPY", on)
    found = parts(material)
    rules, as_of = said(signals.ALL, material.of("facts"), material.of("opens"), "SPY", ())
    return found, html(material, found, states("SPY", on, material.of("completeness")), rules, as_of)


def read(dsn: str, query: str) -> pd.DataFrame:
    """Rows into a table."""
    begin = pd.Timestamp(DAY, tz="America/New_York")
    values = {"day": DAY, "begin": begin.to_pydatetime(), "end": (begin + timedelta(days=1)).to_pydatetime()}
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        return pd.DataFrame(cursor.fetchall(), columns=[one.name for one in cursor.description])


def rival(dsn: str, step: int) -> dict[str, Any]:
    """Levels of so many ticks, in floats."""
    rows = read(dsn, PRINTS)
    rows = rows[~rows["canceled"] & rows["sale_cond_codes"].isna() & rows["trade_code"].isna()]
    price, size = rows["price"].astype(float), rows["size"].astype(float)
    ticks = (price * TICK).round().astype(int)
    levels = size.groupby((ticks + step // 2) // step * step).sum()
    values, prices = levels.to_numpy(), levels.index.to_numpy()
    low = high = int(values.argmax())
    while values[low : high + 1].sum() < 0.7 * values.sum():
        below = values[low - 1] if low else -1
        above = values[high + 1] if high + 1 < len(values) else -1
        low, high = (low - 1, high) if below > above else (low, high + 1)
    return {
        "levels": levels,
        "poc": prices[values.argmax()] / TICK,
        "area": (prices[low] / TICK, prices[high] / TICK),
        "premium": float((price * size).sum()),
        "vwap": float((price * size).sum() / size.sum()),
    }


def rival_report(dsn: str, step: int) -> tuple[dict[str, Any], str]:
    """The figures at the top of the report and its levels, as two tables of HTML."""
    found, volumes, flow = rival(dsn, step), read(dsn, LEVELS).astype(float).sum(), read(dsn, FETCH)
    newest = flow[flow["collected_at"] == flow["collected_at"].max()].drop(columns="collected_at").sum()
    found["share"] = volumes["dark_volume"] / volumes.sum()
    found["close"] = float(read(dsn, CLOSE)["close"].iloc[-1])
    found["bullish"] = newest["ca"] - newest["cb"] - newest["pa"] + newest["pb"]
    found["put_call"] = newest["p"] / newest["c"]
    top = pd.Series({name: one for name, one in found.items() if name != "levels"})
    return found, top.to_frame().to_html() + found["levels"].to_frame().to_html()


def same(found: Parts | LevelsReport, other: dict[str, Any]) -> None:
    """Both ways came to the same numbers."""
    report = found if isinstance(found, LevelsReport) else found.levels
    profile = report.profile
    assert profile is not None
    shares = dict(zip((float(one) for one in profile.levels["price"]), profile.levels["shares"], strict=True))
    assert {at / TICK: one for at, one in other["levels"].items()} == {
        at: float(one) for at, one in shares.items()
    }
    pairs = [
        (profile.point_of_control, other["poc"]),
        *zip(profile.value_area, other["area"], strict=True),
        (profile.vwap, other["vwap"]),
    ]
    if isinstance(found, Parts):
        assert found.share is not None
        assert found.flow is not None
        pairs += [
            (found.dark_premium, other["premium"]),
            (found.share.share, other["share"]),
            (found.close, other["close"]),
            (found.flow.sums.bullish, other["bullish"]),
            (found.flow.put_call, other["put_call"]),
        ]
    for one, two in pairs:
        assert np.isclose(float(one), two, rtol=1e-9, atol=0), (one, two)


def seconds(ways: dict[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """The ways take turns, after one round that warms."""
    took: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            if turn:
                took[name].append(time.perf_counter() - began)
    return took


def main() -> int:
    """Fill, compare, measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rows", type=int, default=30_000, help="prints of a day (default: %(default)s)")
    options.add_argument("--before", type=int, default=20, help="sessions before it (default: %(default)s)")
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    with server() as dsn:
        fill(dsn, given.rows, given.before)
        first = ours(dsn)
        assert first.profile is not None
        assert first.prints == given.rows
        step = int(first.profile.step * TICK)
        same(first, rival(dsn, step))
        same(our_report(dsn)[0], rival_report(dsn, step)[0])
        ways: dict[str, Callable[[], Any]] = {
            "levels and profile": lambda: ours(dsn),
            "the same in pandas": lambda: rival(dsn, step),
            "the report": lambda: our_report(dsn),
            "its figures and levels in pandas": lambda: rival_report(dsn, step),
        }
        took = seconds(ways, given.rounds)
    print(
        f"{given.rows:,} prints, {given.before} sessions before; asked and computed, median of {given.rounds}\n"
    )
    print("| way | seconds | lowest to highest |\n|---|---|---|")
    for name, one in took.items():
        print(f"| {name} | {statistics.median(one):.2f} | {min(one):.2f} to {max(one):.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
