"""A market of many sessions, collected from the simulator by the real collector, and what is planted into its last."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import requests
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sql"))

import _nights
import sample_data

from collector.alerts import policy
from collector.core.clock import NEW_YORK, Clock
from collector.core.sessions import Session

ROOT = Path(__file__).resolve().parents[1]
FEEDS = f"darkpool_trades,flow_alerts,ohlc_1m,market_tide,iv_rank,max_pain,{_nights.FEEDS}"
MINUTE = timedelta(minutes=1)
MILLION = 1_000_000
PRINT = """
insert into trading.darkpool_trades (tracking_id, symbol, size, price, volume, premium, executed_at, collection_time,
                                     trf_executed_at, sale_cond_codes)
values (%s, 'SPY', %s, %s, 1000, %s, %s, %s, %s, %s) returning id::text
"""
FLOW = """
insert into trading.options_flow (symbol, strike, expiry, flow_type, premium, contract_size, collected_at, record_id,
                                  session_date, executed_at, detail)
values ('SPY', 600, '2026-12-18', 'alert', %s, %s, %s, %s, %s, %s, %s) returning record_id
"""
USUAL = """
select coalesce((select {quantile} from derived.baselines where metric = %s and symbol = 'SPY' and bucket = %s
                 and through < %s order by through desc limit 1), 0)
"""
TIDE = """
update trading.market_metrics set value = case when metric_type like '%%call%%' then %s else 0 end
where symbol = 'MARKET' and metric_type in ('market_tide_net_call_premium', 'market_tide_net_put_premium')
  and timestamp >= %s and timestamp < %s
"""
RANK = """
update trading.market_metrics m
set value = case when before.value > 50 then before.value - 30 else before.value + 30 end
from (select value from trading.market_metrics where symbol = 'SPY' and metric_type = 'iv_rank' and timestamp < %(day)s
      order by timestamp desc limit 1) before
where symbol = 'SPY' and metric_type = 'iv_rank' and timestamp >= %(day)s and timestamp < %(end)s
"""


def collect(dsn: str, sessions: Sequence[Session], folder: str, prints: int, seed: int) -> None:
    """The evening's pass of each session: what it brings is replayed minute by minute later."""
    first = f"{sessions[0].date}T21:05:03"
    offset = round((datetime.fromisoformat(first).replace(tzinfo=NEW_YORK) - Clock().now()).total_seconds())
    with sample_data.simulator(offset, prints, seed) as url:
        for session in sessions:
            now = datetime.fromisoformat(f"{session.date}T21:05:03").replace(tzinfo=NEW_YORK)
            told = requests.post(f"{url}/_clock", json={"now": now.isoformat()}, timeout=30).json()
            given = {
                "API_KEY": sample_data.KEY,
                "API_URL": url,
                "DATABASE_DSN": dsn,
                "FEEDS": FEEDS,
                "STATE_DIR": folder,
            }
            given |= {"LOG_FILE": f"{folder}/log", "CLOCK_OFFSET_S": str(round(told["offset_s"]))}
            environment = {
                "PATH": os.environ["PATH"],  # noqa: TID251 - a process needs it
                **{f"COLLECTOR_{name}": text for name, text in given.items()},
            }
            words = [sys.executable, "-m", "collector", "run", "--env-file", "/dev/null"]
            subprocess.run(words, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


@dataclass
class Planted:
    """What is put into a session, and by rule what must be found of it; decoys must not be."""

    connection: Connection
    session: Session
    truth: dict[str, set[str]] = field(default_factory=dict)
    number: int = 900_000_000_000

    def everything(self) -> Planted:
        """Events of each rule that can be planted, and what looks like one and is none."""
        for clock in ("10:17", "12:41", "14:56"):
            self.block(clock, percent="1", of="block_print")
        self.block("11:23", percent="0.2")
        self.block("13:07", percent="1", late=timedelta(hours=2))
        self.block("13:22", percent="1", condition="average_price_trade")
        self.block("08:30", percent="1")
        self.cluster("13:35", 14)
        self.cluster("15:05", 6)
        for clock in ("10:05", "11:50", "14:20"):
            self.flow(clock, "unusual_premium", premium=1.3)
            self.flow(clock, "unusual_size", size=1.3)
            self.flow(clock, "sweep", premium=1.3, has_sweep=True)
            self.flow(clock, "opening", premium=1.3, all_opening_trades=True)
        self.flow("12:10", "unusual_premium", premium=0.7, decoy=True)
        self.flow("12:12", "sweep", premium=0.7, has_sweep=True, decoy=True)
        self.tide()
        self.rank()
        return self

    def block(
        self,
        clock: str,
        percent: str,
        of: str = "",
        late: timedelta = timedelta(0),
        condition: str | None = None,
    ) -> None:
        """One print of so many percent of a usual day."""
        size = Decimal(percent) / 100 * self.usual("p50", "day_volume", 0)
        if of:
            size = max(size, Decimal(26 * MILLION) / 600)
        self._note(of, self._print(clock, round(size), Decimal("600.37"), late, condition))

    def cluster(self, clock: str, prints: int) -> None:
        """So many prints at one price, together twice what is beyond usual."""
        at = self.at(clock)
        premium = 2 * max(self.usual("p999", "level_premium", bucket(at)), Decimal(50 * MILLION)) / prints
        # Of no block's size each, or they would be events of another rule.
        for second in range(prints):
            self._print(f"{clock}:{second * 3:02}", round(premium / 600), Decimal("599.91"))
        if prints >= 10:
            self._note("level_cluster", f"599.91/{self.session.date}/{bucket(at)}")

    def flow(
        self,
        clock: str,
        rule: str,
        premium: float = 0,
        size: float = 0,
        *,
        decoy: bool = False,
        **detail: bool,
    ) -> None:
        """An alert that is so many times the rule's threshold."""
        at, metric = self.at(clock), "flow_size" if size else "flow_premium"
        most = self.beyond(rule, metric, bucket(at))
        value = round(Decimal(str(premium or size)) * most)
        name = f"{rule}-{clock}"
        row = (value if premium else 1000, 1 if premium else value, at, name, self.session.date, at)
        self._ask(FLOW, *row, '{"type": "call"' + "".join(f', "{key}": true' for key in detail) + "}")
        if not decoy:
            self._note(rule, name)
            # Whoever is beyond the threshold of another rule too is an event of it.
            if premium and value >= self.beyond("unusual_premium", metric, bucket(at)):
                self._note("unusual_premium", name)

    def beyond(self, rule: str, metric: str, of: int) -> Decimal:
        """From what a rule fires at that time of day."""
        (values,) = (one.values for one in policy.checked({}).rules if one.name == rule)
        return max(values["times"] * self.usual(values["quantile"], metric, of), values["least"])

    def tide(self) -> None:
        """Calls until 13:00, with a wobble; puts after."""
        spans = (
            ("09:30", "11:30", 300),
            ("11:30", "11:33", -50),
            ("11:33", "13:00", 250),
            ("13:00", "16:30", -280),
        )
        for begin, end, net in spans:
            self._ask(TIDE, net * MILLION, self.at(begin), self.at(end))
        self._note("tide_turn", f"{self.session.date}/1")

    def rank(self) -> None:
        """Thirty points from the session before."""
        begin, end = self.session.day
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(RANK, {"day": begin, "end": end})
            cursor.execute(
                "select value from trading.market_metrics where symbol = 'SPY' and metric_type = 'iv_rank'"
                " and timestamp < %s order by timestamp desc limit 1",
                (begin,),
            )
            ((before,),) = cursor.fetchall()
        self._note("iv_rank_change", f"{self.session.date}/{'down' if before > 50 else 'up'}")

    def at(self, clock: str) -> datetime:
        """A New York time of the session."""
        return datetime.fromisoformat(f"{self.session.date}T{clock}").replace(tzinfo=NEW_YORK)

    def usual(self, quantile: str, metric: str, of: int) -> Decimal:
        """As the rules know it."""
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(USUAL.format(quantile=quantile), (metric, of, self.session.date))
            return Decimal(cursor.fetchone()[0])

    def _print(
        self,
        clock: str,
        size: int,
        price: Decimal,
        late: timedelta = timedelta(0),
        condition: str | None = None,
    ) -> str:
        self.number += 1
        at = self.at(clock)
        values = (self.number, size, price, size * price, at, at, at - late, condition)
        return str(self._ask(PRINT, *values)[0][0])

    def _ask(self, statement: str, *values: Any) -> list[Any]:  # noqa: ANN401 - SQL's values
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def _note(self, rule: str, event: str) -> None:
        if rule:
            self.truth.setdefault(rule, set()).add(event)


def bucket(at: datetime) -> int:
    """The half hour of the New York day."""
    local = at.astimezone(NEW_YORK)
    return (local.hour * 60 + local.minute) // 30


def crossings(connection: Connection, session: Session, levels: Sequence[Decimal]) -> Iterator[str]:
    """Levels whose other side a minute closed on, worked out here and not by the rule."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select close from trading.bars where symbol = 'SPY' and candle = '1m' and starts_at >= %s"
            " and starts_at < %s order by starts_at",
            (session.opens_at, session.options_close_at),
        )
        closes = [row[0] for row in cursor.fetchall()]
    for level in levels:
        for before, after in pairwise(closes):
            if before < level <= after:
                yield f"{level}/up/{session.date}"
            if before > level >= after:
                yield f"{level}/down/{session.date}"
