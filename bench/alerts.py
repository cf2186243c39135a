"""How often the default rules of market alerts are right, and how often they speak in a month in which nothing happens.

The simulator's month is collected by the real collector, its nights are computed by the real analysis, and it is
replayed pass by pass, each session compared with what was usual before it: once as it is, then its last day with
planted events and with decoys. The rival of the rules is a fixed threshold, as one would set it without knowing what
is usual: a premium of a million, a block of ten thousand shares.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import psycopg2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import _nights
from _market import Planted, collect, crossings
from _prints import server
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.alerts import market, policy
from collector.core.sessions import Calendar, Session
from collector.jobs.alerts.replay import Replay, passes, prepare
from collector.store import reads

NOW = datetime(2026, 11, 21, 3, tzinfo=timezone.utc)
SYMBOLS = ("SPY", "QQQ")
LEVELS = """
select round(price, 2) from trading.market_prints
where symbol = 'SPY' and executed_at >= %s and executed_at < %s group by 1 order by sum(size) desc limit 3
"""
PAIN = """
select max_pain from trading.max_pain
where symbol = 'SPY' and session_date <= %s and expiry >= %s order by expiry, session_date desc limit 1
"""
FIXED = """
select count(*) filter (where kind = 'flow'), count(*) filter (where kind = 'block') from (
    select 'flow' as kind from trading.options_flow
    where flow_type = 'alert' and premium >= 1000000 and executed_at >= %(since)s
    union all select 'block' from trading.darkpool_trades where size >= 10000 and executed_at >= %(since)s) found
"""


def replayed(connection: Connection, sessions: Sequence[Session], symbols: Sequence[str]) -> list[Replay]:
    """Every rule over these sessions, as the passes would have asked it."""
    found = [Replay(rule, symbol) for rule, symbol in market.pairs(policy.checked({}).rules, symbols)]
    for session in sessions:
        for at in passes(session):
            for one in found:
                one.step(connection, session, at)
    return found


def quiet(found: Iterable[Replay], sessions: int) -> list[str]:
    """Messages of the month by rule, those that say that it is over apart."""
    said = Counter((one.rule.name, " resolved: " in line) for one in found for line in one.said)
    rules = sorted({one.rule.name for one in found})
    lines = ["| rule | alerts | a day | and that it is over |", "|---|---|---|---|"]
    for rule in [*rules, "all"]:
        news, over = (
            sum(
                number
                for (name, is_over), number in said.items()
                if is_over is ended and rule in (name, "all")
            )
            for ended in (False, True)
        )
        lines.append(f"| {rule} | {news} | {news / sessions:.2f} | {over} |")
    return lines


def judged(found: Sequence[Replay], truth: dict[str, set[str]]) -> list[str]:
    """Of each rule: what was planted, what it found of it, what it found besides."""
    lines = ["| rule | planted | found | found besides | precision | recall |", "|---|---|---|---|---|---|"]
    sums = Counter[str]()
    for one in sorted(found, key=lambda each: each.rule.name):
        wanted = truth.get(one.rule.name, set())
        numbers = {
            "planted": len(wanted),
            "found": len(wanted & one.known),
            "besides": len(one.known - wanted),
        }
        sums.update(numbers)
        lines.append(_line(one.rule.name, numbers))
    return [*lines, _line("all", sums)]


def _line(name: str, of: dict[str, int]) -> str:
    said, planted, found = of["found"] + of["besides"], of["planted"], of["found"]
    precision = f"{found / said:.2f}" if said else "-"
    recall = f"{found / planted:.2f}" if planted else "-"
    return f"| {name} | {planted} | {found} | {of['besides']} | {precision} | {recall} |"


def levels(connection: Connection, calendar: Calendar, session: Session) -> dict[str, set[str]]:
    """What the market itself crossed on that day, by arithmetic of our own."""
    before = calendar.between(calendar.sessions[0].date, session.date)[-2]
    with connection, connection.cursor() as cursor:
        cursor.execute(LEVELS, (before.opens_at, before.closes_at))
        dark: list[Decimal] = [row[0] for row in cursor.fetchall()]
        cursor.execute(PAIN, (session.date, session.date))
        pain: list[Decimal] = [row[0] for row in cursor.fetchall()]
    return {
        "darkpool_level": set(crossings(connection, session, dark)),
        "max_pain": set(crossings(connection, session, pain)),
    }


def main() -> int:
    """Collect, replay, plant, replay, print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--sessions", type=int, default=21, help="of the quiet month (default: %(default)s)")
    options.add_argument("--before", type=int, default=21, help="that are only a past (default: %(default)s)")
    options.add_argument("--prints", type=int, default=4000, help="of a symbol and day")
    options.add_argument("--seed", type=int, default=7)
    given = options.parse_args()
    with (
        server() as dsn,
        tempfile.TemporaryDirectory() as folder,
        closing(psycopg2.connect(dsn)) as connection,
    ):
        calendar = reads.calendar(connection)
        sessions = calendar.begun(NOW, given.before + given.sessions)
        collect(dsn, sessions, folder, given.prints, given.seed)
        nights = _nights.store(dsn, sessions, folder)
        month, last = sessions[given.before :], sessions[-1]
        prepare_each(connection, calendar, month)
        found = replayed(connection, month, SYMBOLS)
        print(f"{len(month)} quiet sessions of {' and '.join(SYMBOLS)}, {given.prints:,} prints a day")
        print(f"{nights}\n")
        print("\n".join(quiet(found, len(month))))
        with connection, connection.cursor() as cursor:
            cursor.execute(FIXED, {"since": month[0].opens_at})
            flow, block = cursor.fetchone()
        print(
            f"| a fixed million, ten thousand shares | {flow + block} | {(flow + block) / len(month):.2f} | 0 |"
        )
        planted = Planted(connection, last).everything()
        turned = _nights.plant(connection, *(one.date for one in sessions[-3:-1]))
        truth = {**planted.truth, **turned, **levels(connection, calendar, last)}
        print("\nthe last of them again, with planted events and decoys, SPY\n")
        print("\n".join(judged(replayed(connection, [last], ("SPY",)), truth)))
    return 0


def prepare_each(connection: Connection, calendar: Calendar, month: Sequence[Session]) -> None:
    """What was usual before each session."""
    prepare(connection, SYMBOLS, calendar, tuple(month))


if __name__ == "__main__":
    sys.exit(main())
