"""How long each page of the dashboard takes on many rows, against summing the same from prints and snapshots.

Planted: months of prints of a few symbols, and of SPY every fetch of strikes that a session leaves, the vendor's levels
and minutes. A page is asked as its door asks it, written whole. The rival of the levels page sums the prints of its
sessions; the rival of the strike page reads each session's snapshots to find the newest. The prints are made up apart
from the levels, so what the rivals find is only counted. With --archived the sessions are of half a year ago, their
months then go to Parquet, and each page is asked once more: it has to be the same page.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg2
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from _prints import server

from analysis.dashboard.pages import answer
from analysis.load.kept import Kept
from collector.core.clock import Clock, new_york_date
from collector.jobs import retain
from collector.store import database as door

Took = tuple[float, float]
DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 21, 2, tzinfo=timezone.utc)
SESSIONS = 60
TABLES = ("darkpool_trades", "options_flow", "market_metrics", "bars", "price_levels")
PARTITIONS = """
select ops.make_partitions(%(table)s, array(
    select session_date from ops.market_sessions where session_date between %(first)s and %(last)s))
"""
# As many prints a session as there is room for, over its hours, four symbols; a session at a time, as they come.
PRINTS = """
insert into trading.darkpool_trades (tracking_id, symbol, size, price, volume, premium, executed_at, collection_time)
select n, (array['SPY', 'QQQ', 'IWM', 'AAPL'])[1 + n %% 4], 200 + n %% 900, 600 + n %% 997 / 100.0, n, 100000 + n,
       date_trunc('second', d.opens_at + n * (interval '6.4 h' / %(rows)s)), d.closes_at
from ops.market_sessions d, generate_series(0, %(rows)s - 1) n
where d.session_date = %(day)s
"""
# The newest sessions of one symbol as the feeds leave them: a fetch each so many minutes.
FLOW = """
insert into trading.options_flow (symbol, strike, expiry, flow_type, premium, contract_size, collected_at, record_id,
                                  session_date, detail)
select 'SPY', case when k.kind = 'per_strike' then 500 + n end,
       case when k.kind = 'per_expiry' then d.session_date + n * 7 end,
       k.kind, 1, 1, at, n || '@' || at, d.session_date,
       jsonb_build_object('call_premium', (1000 * n)::text, 'put_premium', (900 * n)::text, 'call_volume', '70',
                          'put_volume', '60', 'call_premium_ask_side', '500', 'call_premium_bid_side', '400',
                          'put_premium_ask_side', '450', 'put_premium_bid_side', '440', 'call_otm_premium', '1',
                          'call_otm_volume', '1', 'put_otm_premium', '1', 'put_otm_volume', '1')
from ops.market_sessions d
cross join (values ('per_strike', 200), ('per_expiry', 30)) k(kind, many)
cross join lateral generate_series(d.opens_at, d.closes_at + interval '15 min', make_interval(mins => %(every)s)) at
cross join lateral generate_series(1, k.many) n
where d.session_date between %(newest)s and %(last)s
order by d.session_date, at, k.kind;
insert into trading.price_levels (symbol, session_date, level_type, price, dark_volume, lit_volume, collected_at)
select 'SPY', d.session_date, 'darkpool', 600 + n / 10.0, 1000 + n, 2000, d.closes_at
from ops.market_sessions d, generate_series(0, 299) n where d.session_date between %(newest)s and %(last)s;
insert into trading.market_metrics (symbol, metric_type, value, timestamp, collected_at)
select s, m, 100, at, d.closes_at
from ops.market_sessions d
cross join (values ('SPY', 'net_prem_net_call_premium'), ('SPY', 'net_prem_net_put_premium'),
                   ('MARKET', 'market_tide_net_call_premium'), ('MARKET', 'market_tide_net_put_premium')) v(s, m)
cross join lateral generate_series(d.opens_at, d.closes_at, '1 minute') at
where d.session_date between %(newest)s and %(last)s;
insert into trading.bars (symbol, session_date, candle, starts_at, open, high, low, close, volume, market_time,
                          collected_at)
select 'SPY', d.session_date, '1m', at, 600, 601, 599, 600, 1000, 'r', d.closes_at
from ops.market_sessions d cross join lateral generate_series(d.opens_at, d.closes_at, '1 minute') at
where d.session_date between %(newest)s and %(last)s;
insert into ops.coverage (feed, symbol, session_date, collected_at)
select feed, s, session_date, closes_at + interval '15 min'
from ops.market_sessions, unnest(array['SPY', 'QQQ', 'IWM', 'AAPL']) s,
     unnest(array['darkpool_trades', 'ohlc_1m', 'darkpool_price_levels', 'flow_per_strike', 'flow_per_expiry']) feed
where session_date between %(first)s and %(last)s;
"""
PAGES = {
    "overview": ("overview", ""),
    "a symbol's day": ("day", "symbol=SPY"),
    "levels of 20 sessions": ("levels", "symbol=SPY&sessions=20"),
    "levels of 60 sessions": ("levels", "symbol=SPY&sessions=60"),
    "a strike through 20 sessions": ("strike", "symbol=SPY&strike=600&sessions=20"),
    "a strike through 60 sessions": ("strike", "symbol=SPY&strike=600&sessions=60"),
}
RIVALS = {
    "levels of 60 sessions, from prints": """
        select round(price, 1), sum(size) from trading.market_prints where symbol = 'SPY'
        and executed_at >= %(newest)s and executed_at < %(last)s::date + 1 group by 1""",
    "a strike through 60 sessions, from all snapshots": """
        select distinct on (session_date, strike) session_date, strike, (detail ->> 'call_premium')::numeric
        from trading.options_flow where flow_type = 'per_strike' and symbol = 'SPY' and strike = 600
        and session_date between %(newest)s and %(last)s order by session_date, strike, collected_at desc""",
}


def fill(dsn: str, given: argparse.Namespace, last: date) -> tuple[dict[str, Any], int, int]:
    """The past up to the session of that day; its bounds, and how many prints and rows of flow there are."""
    values: dict[str, Any] = {"last": last}
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                "select session_date from ops.market_sessions where session_date <= %s order by 1 desc limit %s",
                (last, 21 * given.months),
            )
            days = [day for (day,) in cursor.fetchall()]
            values |= {
                "last": days[0],
                "first": days[-1],
                "newest": days[SESSIONS - 1],
                "rows": given.rows // len(days),
                "every": given.every,
            }
            for table in TABLES:
                cursor.execute(PARTITIONS, {**values, "table": table})
            for day in reversed(days):
                cursor.execute(PRINTS, {**values, "day": day})
            cursor.execute(FLOW, values)
            cursor.execute("vacuum analyze")
            cursor.execute(
                "select (select count(*) from trading.darkpool_trades), (select count(*) from trading.options_flow)"
            )
            prints, flow = cursor.fetchone()
    return values, int(prints), int(flow)


def seconds(work: Callable[[], Any], rounds: int) -> Took:
    """The median and the lowest, after one round that warms; on a busy machine the lowest says more."""
    took = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took[1:]), min(took[1:])


def pages(dsn: str, rounds: int, folder: str) -> tuple[dict[str, Took], dict[str, str]]:
    """Seconds of each page, and the page."""
    kept, took, texts = Kept(dsn), {}, {}
    for name, (page, query) in PAGES.items():

        def asked(page: str = page, query: str = query) -> str:
            status, text = answer(kept, page, query, NOW, folder)
            assert status == 200, text
            return text

        texts[name], took[name] = asked(), seconds(asked, rounds)
    kept.close()
    return took, texts


def rivals(dsn: str, values: dict[str, Any], rounds: int) -> dict[str, Took]:
    """Seconds of each rival."""
    took = {}
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        for name, query in RIVALS.items():

            def asked(query: str = query) -> int:
                cursor.execute(query, values)
                return len(cursor.fetchall())

            assert asked() > 0
            took[name] = seconds(asked, rounds)
    return took


def archive(dsn: str, folder: Path) -> None:
    """Every month that the policy lets go, and that is all there is."""
    with closing(psycopg2.connect(dsn)) as connection, connection, connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute("insert into ops.retention values (%s, 3, null, true, now())", (table,))
    with closing(door.keeper(dsn)) as connection:
        for unit in retain.due(connection):
            list(retain.steps(connection, unit, folder))
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from trading.darkpool_trades")
        assert cursor.fetchone() == (0,), "the policy kept something"


def archived(dsn: str, rounds: int, took: dict[str, Took], texts: dict[str, str]) -> dict[str, Took]:
    """Seconds of each page of files, beside those of before."""
    with tempfile.TemporaryDirectory(prefix="archive") as folder:
        archive(dsn, Path(folder))
        # What archives sets a slower one for itself; who only reads has this.
        pa.set_memory_pool(pa.mimalloc_memory_pool())
        again, same = pages(dsn, rounds, folder)
    assert same == texts, "a page is another than before"
    return took | {f"{name}, archived": one for name, one in again.items()}


def main() -> int:
    """Fill, measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rows", type=int, default=20_000_000, help="prints (default: %(default)s)")
    options.add_argument(
        "--months", type=int, default=12, help="of prints, 3 at least (default: %(default)s)"
    )
    options.add_argument(
        "--every", type=int, default=5, help="minutes between fetches (default: %(default)s)"
    )
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument(
        "--archived", action="store_true", help="the same pages of months that left the database"
    )
    given = options.parse_args()
    half_a_year_ago = new_york_date(Clock().now()) - timedelta(days=184)
    with server() as dsn:
        last = half_a_year_ago if given.archived else DAY
        values, prints, flow = fill(dsn, given, last)
        took, texts = pages(dsn, given.rounds, "")
        if given.archived:
            took = archived(dsn, given.rounds, took, texts)
        else:
            took |= rivals(dsn, values, given.rounds)
    print(
        f"{prints:,} prints in {given.months} months, {flow:,} rows of flow in {SESSIONS} sessions, SPY alone"
    )
    print(f"median of {given.rounds}, and the lowest\n")
    print("| page, or its rival | ms | lowest |\n|---|---|---|")
    for name, (median, lowest) in took.items():
        print(f"| {name} | {median * 1e3:.0f} | {lowest * 1e3:.0f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
