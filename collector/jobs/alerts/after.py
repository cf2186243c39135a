"""At the end of a pass: what the market did is asked of what has just been stored."""

from __future__ import annotations

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.alerts import market, policy, silence
from collector.core import logging
from collector.core.clock import Clock
from collector.core.errors import DatabaseAway
from collector.core.sessions import Calendar
from collector.core.settings import Settings
from collector.jobs.alerts import places
from collector.jobs.command import Say


def watch(
    settings: Settings, connection: Connection | None, calendar: Calendar, clock: Clock, say: Say
) -> None:
    """Never costs a pass: what fails here is said and logged, and the rows are stored already."""
    if connection is None:
        return
    try:
        for title in _watch(settings, connection, calendar, clock):
            say(f"alert: {title}")
            logging.event("alert", title=title)
    except DatabaseAway as reason:
        logging.error("alerts", reason=reason)
    except Exception as reason:  # noqa: BLE001 - a rule's arithmetic must not fail the pass
        logging.error("alerts", reason=reason)
        say(f"alerts: not looked for: {reason}")


def _watch(settings: Settings, connection: Connection, calendar: Calendar, clock: Clock) -> list[str]:
    now = clock.now()
    market.baselines(connection, settings.symbols, calendar, now)
    rules = policy.load(places.policy(settings)).rules
    silences = silence.load(places.silences(settings))
    session = market.session_on(calendar, now)
    if session is None:
        market.close(connection, rules, silences, now)
        return []
    return market.watch(connection, rules, settings.symbols, market.Watch(session, now, silences))
