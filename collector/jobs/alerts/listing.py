"""`collector alerts list`, `mute`, `ack` and `try`."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

from collector.alerts import channels, policy, silence
from collector.alerts.spool import FileBox
from collector.core.errors import DatabaseAway
from collector.core.settings import Settings
from collector.jobs.alerts import places
from collector.jobs.command import Argument, Command, Say, clock_of, settings_of
from collector.jobs.words import cut, when
from collector.store import database, reads

SHOWN = timedelta(days=7)
SPANS = {"m": "minutes", "h": "hours", "d": "days"}


def lines(settings: Settings, now: datetime) -> Iterator[str]:
    """What is on, what was said in the last days, and what is silent."""
    spool = FileBox(places.box(settings))
    on = [(name, one.since, one.hits) for name, one in spool.episodes.items() if not one.resolved_at]
    said = [(one.created_at, one.kind, one.title, one.id, "") for one in spool.messages()]
    try:
        with closing(database.reader(settings.database_dsn)) as connection:
            on += [(row[0], row[1], row[3]) for row in reads.rows(connection, "alert_series_open")]
            for number, _, kind, _, title, _, at, _, waits in reads.rows(
                connection, "outbox_recent", since=now - SHOWN
            ):
                said.append((at, kind, title, f"m{number}", f" ({waits} to be sent)" if waits else ""))
    except DatabaseAway as reason:
        yield f"The database cannot be asked ({reason}); of the market nothing is shown."
    yield "on now" if on else "nothing is on"
    for name, since, hits in sorted(on):
        yield cut(f"  {name:45} since {when(since, now):11} {hits} times")
    yield "said in the last 7 days" if said else "nothing was said in the last 7 days"
    for at, kind, title, number, waits in sorted(said):
        yield cut(f"  {when(at, now):11} {kind:8} {title} [{number}]{waits}")
    for name, until in silence.load(places.silences(settings)).items():
        if until > now:
            what = "acknowledged" if name.startswith(silence.ACK) else f"silent until {when(until, now)}"
            yield f"  {name.removeprefix(silence.ACK)}: {what}"


def span(text: str) -> timedelta:
    """30m, 2h, 3d."""
    found = re.fullmatch(r"(\d{1,3})([mhd])", text)
    if not found:
        raise ArgumentTypeError(f"{text!r} is no span: write 30m, 2h or 3d")
    return timedelta(**{SPANS[found[2]]: int(found[1])})


def _list(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    for line in lines(settings, clock_of(settings).now()):
        say(line)
    return 0


def _mute(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    now = clock_of(settings).now()
    silence.put(places.silences(settings), arguments.what, now + arguments.span, now)
    say(
        f"{arguments.what} is silent until {when(now + arguments.span, now)} New York; it is noted all the same."
    )
    return 0


def _ack(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    now = clock_of(settings).now()
    name = silence.acknowledged(arguments.what)
    silence.put(places.silences(settings), name, now + silence.ACKNOWLEDGED, now)
    say(f"{arguments.what}: no more messages until it is over, and one then.")
    return 0


def _try(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    found = policy.load_channels(places.policy(settings))
    if not found:
        say("There is no channel: put one into vault_alerts_urls in the inventory's vault, then make deploy.")
        return 1
    failed = 0
    for channel in found:
        at = when(clock_of(settings).now(), clock_of(settings).now(), full=True)
        error = channels.send(
            channel, "Test of your alerts", f"Asked for by hand, {at}. Nothing has happened.", ()
        )
        failed += bool(error)
        say(f"{channel.name} ({', '.join(channel.severities)}): {error or 'sent'}")
    return 1 if failed else 0


SERIES: Argument = (("what",), {"metavar": "SERIES", "help": "as `collector alerts list` names it"})
PATTERN: Argument = (
    ("what",),
    {"metavar": "WHAT", "help": "a rule, as block_print; of a symbol, as block_print/SPY; or a whole series"},
)
FOR: Argument = (
    ("--for",),
    {"dest": "span", "type": span, "required": True, "metavar": "SPAN", "help": "30m, 2h, 3d"},
)
LIST = Command("list", "what is on, what was said, what is silent", _list)
MUTE = Command("mute", "say nothing of a rule or series for a while", _mute, (PATTERN, FOR))
ACK = Command("ack", "I know of it: no more of it until it is over", _ack, (SERIES,))
TRY = Command("try", "send one message through each channel", _try)
