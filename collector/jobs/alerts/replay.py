"""`collector alerts test`: a rule asked of days that are over, as the passes would have asked it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from collector.alerts import market, once, policy, words
from collector.alerts.rules import Rule
from collector.core.errors import SettingsError
from collector.core.sessions import Calendar, Session
from collector.jobs.alerts import places
from collector.jobs.command import PERIOD, SYMBOL, Argument, Command, Say, clock_of, settings_of
from collector.jobs.words import cut, when
from collector.store import database, outbox, reads
from collector.store.database import transaction

STEP = timedelta(minutes=5)


@dataclass
class Replay:
    """One rule and symbol, over all sessions."""

    rule: Rule
    symbol: str
    known: set[str] = field(default_factory=set)
    episode: once.Episode | None = None
    hits: int = 0
    said: list[str] = field(default_factory=list)

    def step(self, connection: Connection, session: Session, now: datetime) -> None:
        """A pass at that time."""
        with transaction(connection), connection.cursor() as cursor:
            found = market.find(cursor, self.rule, market.parameters(self.rule, self.symbol, session, now))
        fresh = [hit for hit in found if hit.event not in self.known]
        self.known |= {hit.event for hit in fresh}
        self.hits += len(fresh)
        after = once.observed(self.episode, now, len(fresh), self.rule.pace)
        kind = once.word(self.episode, after, now, self.rule.pace)
        if kind and after:
            if kind == "resolved":
                title, _ = words.resolved(self.rule.name, self.symbol, after)
            else:
                largest = max(fresh, key=lambda hit: abs(hit.value))
                title, _ = words.fired(self.rule, self.symbol, largest, after, kind)
            self.said.append(f"{when(now, now, full=True)} {kind}: {title}")
            after = once.noted(after, kind, now)
        self.episode = after


def passes(session: Session) -> Iterator[datetime]:
    """When rules are asked in a session."""
    at = session.opens_at + STEP
    while at <= session.options_close_at + market.AFTER:
        yield at
        at += STEP


def prepare(
    connection: Connection, symbols: tuple[str, ...], calendar: Calendar, sessions: tuple[Session, ...]
) -> None:
    """What was usual before each of these sessions: it is compared with what was known then."""
    for session in sessions:
        earlier = [one.date for one in calendar.sessions if one.date < session.date]
        for symbol in symbols if earlier else ():
            asked = {"symbol": symbol, "through": earlier[-1]}
            outbox.write(connection, "alert_baselines", **asked, sessions=market.SESSIONS)


def _test(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    rules = {rule.name: rule for rule in policy.load(places.policy(settings)).rules}
    if arguments.rule not in rules:
        raise SettingsError([f"{arguments.rule} is no rule that is on: the rules are {', '.join(rules)}"])
    with closing(database.writer(settings.database_dsn)) as connection:
        calendar = reads.calendar(connection)
        today = clock_of(settings).now().date()
        last = arguments.last or today
        sessions = calendar.between(arguments.first or last - timedelta(days=7), min(last, today))
        symbols = (arguments.symbol,) if arguments.symbol else settings.symbols
        prepare(connection, symbols, calendar, sessions)
        found = [Replay(rule, symbol) for rule, symbol in market.pairs([rules[arguments.rule]], symbols)]
        for session in sessions:
            for at in passes(session):
                for one in found:
                    one.step(connection, session, at)
    for one in found:
        for line in one.said:
            say(cut(line))
    hits, said = sum(one.hits for one in found), sum(len(one.said) for one in found)
    say(f"{arguments.rule}: {len(sessions)} sessions, {hits} events, {said} messages would have been written")
    return 0


RULE: Argument = (("rule",), {"metavar": "RULE", "help": "its name, as in docs/alerts.md"})
COMMAND = Command(
    "test", "how often a rule would have fired on days that are over", _test, (RULE, *PERIOD, SYMBOL)
)
