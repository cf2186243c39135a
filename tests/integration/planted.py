"""A market whose past and whose events a test plants, watched as the collector's passes do."""

import json
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import psycopg2
import pytest
from receivers import webhook

from collector.alerts import channels, deliver, market, policy
from collector.alerts.outbox import DatabaseBox
from collector.store import reads

__all__ = ["spy", "webhook"]
NEW_YORK = ZoneInfo("America/New_York")
MINUTE = timedelta(minutes=1)
FREE = deliver.Manners(None, 1000)
PRINT = """insert into trading.darkpool_trades (tracking_id, symbol, size, price, volume, premium, executed_at,
             collection_time, trf_executed_at, sale_cond_codes)
           values (%s, 'SPY', %s, %s, %s, %s, %s, %s, %s, %s)"""
FLOW = """insert into trading.options_flow (symbol, strike, expiry, flow_type, premium, contract_size, collected_at,
            record_id, session_date, executed_at, detail)
          values ('SPY', 600, '2026-12-18', 'alert', %s, %s, %s, %s, %s, %s, %s)"""
METRIC = """insert into trading.market_metrics (symbol, metric_type, value, timestamp, collected_at)
            values (%s, %s, %s, %s, %s)
            on conflict (symbol, metric_type, timestamp) do update set value = excluded.value,
              restated_at = now()"""
BAR = """insert into trading.bars (symbol, session_date, candle, starts_at, open, high, low, close, volume,
           collected_at)
         values ('SPY', %s, '1m', %s, %s, %s, %s, %s, 1000, %s)"""
DAYS = [f"2026-11-{day:02}" for day in (4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19)]
TODAY = "2026-11-20"


def at(clock, day=TODAY):
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=NEW_YORK).astimezone(timezone.utc)


class Market:
    """A database with the past that a test wants, watched as passes do, and delivered to a receiver."""

    symbol = "SPY"

    def __init__(self, database, webhook):
        self.database = database
        self.webhook = webhook
        self.connection = psycopg2.connect(database.dsn("collector"), options="-c timezone=UTC")
        self.rules = policy.checked({}).rules
        self.channels = channels.channels([{"url": webhook.url}])
        self.number = 0

    def past(self, days=DAYS):
        """Ordinary days: prints of 1,000 shares, flow of $100,000, a million shares a day."""
        rows = []
        for day in days:
            for minute in range(0, 390, 10):
                when = at("09:30", day) + minute * MINUTE
                self.number += 1
                rows.append(
                    (
                        PRINT,
                        (
                            self.number,
                            1000,
                            600 + minute / 100,
                            1_000_000 + minute,
                            600_000,
                            when,
                            when,
                            when,
                            None,
                        ),
                    )
                )
                flow = (100_000, 50, when, f"p{self.number}", day, when, "{}")
                rows.append((FLOW, flow))
        with self.connection, self.connection.cursor() as cursor:
            for statement, values in rows:
                cursor.execute(statement, values)

    def plant(self, statement, *values):
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(statement, values)

    def block(self, clock, size=60_000, price=600, late=timedelta(0), condition=None):
        self.number += 1
        when = at(clock)
        self.plant(PRINT, self.number, size, price, 500_000, size * price, when, when, when - late, condition)

    def flow(self, clock, premium, size=50, name="planted", **detail):
        when = at(clock)
        self.plant(FLOW, premium, size, when, name, TODAY, when, json.dumps(detail))

    def look(self, clock, day=TODAY):
        """The end of a pass, and the delivery after it."""
        now = at(clock, day)
        calendar = reads.calendar(self.connection)
        market.baselines(self.connection, ("SPY",), calendar, now)
        session = market.session_on(calendar, now)
        if session is None:
            market.close(self.connection, self.rules, {}, now)
        else:
            market.watch(self.connection, self.rules, ("SPY",), market.Watch(session, now, {}))
        deliver.deliver([DatabaseBox(self.connection)], self.channels, FREE, now, channels.send)

    def hits(self):
        return self.database.one("select count(*) from ops.alert_hits")

    def said(self):
        """All that has arrived, a line each."""
        return [f"{post['title']}\n{post['message']}" for post in self.webhook.posts]


def fires_once_and_is_over(spy, rule, *words):
    """Two looks at the cause say one message; quiet for long says that it is over."""
    spy.look("12:00")
    spy.look("12:05")
    (text,) = spy.said()
    assert f"Rule: {rule}" in text
    assert [word for word in words if word not in text] == []
    assert "SQL: select" in text
    sql = text.split("SQL: ")[1].split(";")[0]
    assert spy.database.ask(sql), "the query shows nothing"
    spy.look("12:40")
    spy.look("12:45")
    assert [line.split("\n")[0] for line in spy.said()[1:]] == [f"RESOLVED {spy.symbol} {rule}: quiet again"]


@pytest.fixture
def spy(database, webhook):
    found = Market(database, webhook)
    yield found
    found.connection.close()
