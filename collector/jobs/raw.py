"""Answers as they came: shown, and stored again by a release that reads them better."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from collector.core.clock import NEW_YORK
from collector.core.errors import BadPayload, Terminal, Transient
from collector.core.settings import Settings
from collector.jobs import answer, repair
from collector.jobs.command import JSON, KNOWN_FEED, SYMBOL, Command, Say, as_json, day, settings_of
from collector.jobs.repair import Old, Repair
from collector.jobs.words import in_width
from collector.store import raw
from collector.store.pages import Counts
from collector.store.raw import Keeper, Record
from collector.wire import answers

KILOBYTE = 1000
NO_RAW = "no answers are kept: COLLECTOR_RAW_DAYS is 0, or no pass has run"


def folder_of(settings: Settings) -> Path:
    """Where the bodies are."""
    return Path(settings.state_dir) / "raw"


def keeper_of(settings: Settings) -> Keeper:
    """For one pass: its keep(Record) never raises."""
    return Keeper(folder_of(settings), settings.raw_days, settings.raw_mb)


@dataclass(frozen=True)
class File:
    """The bodies of a feed that were fetched on a UTC day."""

    day: date
    feed: str
    size: int


def files(folder: Path) -> list[File]:
    """The newest day first."""
    return [
        File(at, path.stem, path.stat().st_size)
        for at in reversed(raw.days(folder))
        for path in sorted((folder / at.isoformat()).glob("*.gz"))
    ]


def _list(arguments: Namespace, say: Say) -> int:
    found = files(folder_of(settings_of(arguments)))
    for line in [as_json([asdict(one) for one in found])] if arguments.json else listed(found):
        say(line)
    return 0


def listed(found: Sequence[File]) -> Iterator[str]:
    """A day and its feeds with their sizes, in 80 columns."""
    if not found:
        yield NO_RAW
        return
    yield "fetched on (UTC), compressed size, and kB of each feed"
    for at in dict.fromkeys(one.day for one in found):
        mine = [one for one in found if one.day == at]
        feeds = ", ".join(f"{one.feed} {_kb(one.size)}" for one in mine)
        yield from in_width(f"{at}  {_kb(sum(one.size for one in mine)):>9} kB  {feeds}", indent=12)


def _kb(size: int) -> str:
    """Rounded up: what is there is never 0."""
    return f"{-(-size // KILOBYTE):,}"


def _show(arguments: Namespace, say: Say) -> int:
    folder = folder_of(settings_of(arguments))
    found = newest(folder, arguments.feed, arguments.symbol, arguments.at)
    if found is None:
        raise Terminal(
            f"no body of {arguments.feed} was kept that was fetched by then: see `collector raw list`"
        )
    body = found.body.decode("utf-8", "replace")
    say(as_json({**asdict(found), "body": body}) if arguments.json else body)
    return 0


def newest(folder: Path, feed: str, symbol: str | None, at: datetime) -> Record | None:
    """The last body that was fetched by then, of that UTC day or the day before."""
    until = at.astimezone(timezone.utc).date()
    for path in (raw.file_of(folder, feed, until), raw.file_of(folder, feed, until - timedelta(days=1))):
        records = raw.read(path) if path.exists() else iter(())
        mine = [one for one in records if one.fetched_at <= at and symbol in (None, one.symbol)]
        if mine:
            return max(mine, key=lambda one: one.fetched_at)
    return None


def _replay(arguments: Namespace, say: Say) -> int:
    settings = settings_of(arguments)
    path = raw.file_of(folder_of(settings), arguments.feed, arguments.date)
    if not path.exists():
        raise Terminal(f"no body of {arguments.feed} was kept on {arguments.date}: see `collector raw list`")
    counts, bodies, unread = Counts(), 0, 0
    with repair.at_work(settings) as work:
        for record in raw.read(path):
            bodies += 1
            try:
                counts.add(replay(work, record))
            except (BadPayload, Transient):
                unread += 1
        did = f"{counts.stored} new, {counts.updated} updated, {counts.quarantined} quarantined"
        what = f"replayed {bodies} raw bodies of {arguments.feed}, fetched on {arguments.date}"
        did += f"; {unread} could not be read" if unread else ""
        work.message = f"{what}: {did}"
    facts = {**vars(counts), "bodies": bodies, "unread": unread}
    for line in [as_json(facts)] if arguments.json else [what, did]:
        say(line)
    return 0


def replay(work: Repair, record: Record) -> Counts:
    """Stores one body as its pass would have; BadPayload or Transient when this release cannot read it."""
    source = repair.source_of(record.feed)
    rows = answer.rows_of(answers.value_of(answers.OK, {}, record.body), single=source.single)
    if source.verify:
        source.verify(rows)
    return repair.store_again(work, Old(source, record.symbol, record.session_date, record.fetched_at, rows))


def _time(text: str) -> datetime:
    """New York's, where the text names no zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a time: write 2026-11-20T10:05 (New York)") from None
    return found if found.tzinfo else found.replace(tzinfo=NEW_YORK)


_FEED = (KNOWN_FEED[0], {**KNOWN_FEED[1], "required": True})
COMMAND = Command(
    "raw",
    "answers as they came: list, show, replay",
    None,
    words=(
        Command("list", "show of which days and feeds answers are kept", _list, (JSON,)),
        Command(
            "show",
            "show the last body that was fetched by a time",
            _show,
            (
                _FEED,
                SYMBOL,
                (
                    ("--at",),
                    {
                        "metavar": "TIME",
                        "type": _time,
                        "required": True,
                        "help": "New York, as 2026-11-20T10:05",
                    },
                ),
                JSON,
            ),
        ),
        Command(
            "replay",
            "store the answers of a day again, read by this release; nothing is stored twice",
            _replay,
            (
                _FEED,
                (
                    ("--date",),
                    {"metavar": "DATE", "type": day, "required": True, "help": "day of the fetch (UTC)"},
                ),
                JSON,
            ),
        ),
    ),
)
