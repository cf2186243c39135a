"""Budget, spool, backups, disk and clock as lines of `collector status`: what stands beside the feeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from collector.jobs.budget import Report
from collector.jobs.host import Disk, Host
from collector.jobs.look import Spooled, Status
from collector.jobs.words import cut, span, when

LONG = timedelta(days=730)
# So long before a certificate's end somebody has to know.
EXPIRES = timedelta(days=30)
MEGABYTE, GIGABYTE = 1_000_000, 1_000_000_000
# What the vendor answers that somebody should know of; the rest is weather.
REFUSALS = ("429", "403", "401")


def lines(found: Status) -> Iterator[str]:
    """A line each."""
    if found.budget:
        yield cut(f"requests  {requests(found.budget)}")
    if found.spool:
        yield f"spool     {spool(found.spool)}"
    if found.host is None:
        yield "machine   nobody has looked yet: darkpool-host.service does, each five minutes"
        return
    yield cut(f"backup    {backups(found.host, found.now)}")
    yield from (cut(f"disk      {disk(one)}") for one in found.host.disks)
    yield f"clock     {clock(found.host)}"


def troubles(found: Status) -> Iterator[str]:
    """What of it needs somebody; failed units are told by who calls this: it knows them fresher."""
    if found.refused:
        yield cut(f"not in your plan: {', '.join(found.refused)}")
    if found.spool and found.spool.damaged:
        yield f"{found.spool.damaged} pages of the spool are damaged: see the log"
    if found.host is None:
        return
    if found.host.is_stale(found.now):
        yield f"the machine was last looked at {when(found.host.looked_at, found.now)}: see darkpool-host.service"
    if found.host.drill and not found.host.drill.get("ok"):
        yield cut(f"the last restore drill failed: {found.host.drill.get('problem')}")
    if found.host.synchronised is False:
        yield "the clock is not synchronised: see systemctl status chrony"
    yield from _upkeep(found.host, found.now)


def _upkeep(found: Host, now: datetime) -> Iterator[str]:
    count = found.updates_waiting
    if count:
        yield f"updates   {count} for security {'waits' if count == 1 else 'wait'}: make upgrade brings them now"
    if found.reboot:
        yield "reboot    is needed for updates"
    for path, end in found.certificates.items():
        if end - now < EXPIRES:
            yield cut(f"certificate {'ran' if end < now else 'runs'} out {when(end, now)}: {path}")


def requests(found: Report) -> str:
    """Spent of the day, and what was refused."""
    refused = refusals(found)
    told = (
        f"; refused: {', '.join(f'{word} {number:,}' for word, number in refused.items())}" if refused else ""
    )
    return f"{found.day.used:,} of {found.day.limit:,} today, {found.minute.left:,} left this minute{told}"


def refusals(found: Report) -> Counter[str]:
    """By kind, of today: 429s, plan gates, a refused key."""
    outcomes = sum((Counter(feed.outcomes) for feed in found.feeds.values()), Counter[str]())
    return Counter({word: number for word, number in outcomes.items() if word.startswith(REFUSALS)})


def spool(found: Spooled) -> str:
    """What waits for the database."""
    if not found.pages:
        return "empty"
    return f"{found.pages:,} pages wait for the database, {size(found.bytes)}"


def size(number: float) -> str:
    """Bytes as a person reads them."""
    return f"{number / GIGABYTE:.1f} GB" if number >= GIGABYTE else f"{number / MEGABYTE:.1f} MB"


def backups(found: Host, now: datetime) -> str:
    """The last of each kind, and the last that was proven."""
    made = [
        f"{name} {when(at, now)}"
        for name, at in (("dump", found.dump_at), ("physical", found.physical_at))
        if at
    ]
    return f"{', '.join(made) or 'none yet'}; {drill(found, now)}"


def drill(found: Host, now: datetime) -> str:
    """When a restore was proven last, and whether one failed since."""
    good = f"proven {when(found.good_drill_at, now)}" if found.good_drill_at else "no restore was proven yet"
    return f"{good}, LAST DRILL FAILED" if found.drill and not found.drill.get("ok") else good


def disk(one: Disk) -> str:
    """How full, and for how long it will do."""
    inodes = f", {one.inodes_percent} % of its inodes" if one.inodes_percent > one.percent else ""
    return f"{one.percent} % of {one.path} is used{inodes}, {size(one.left)} left, {full_in(one)}"


def full_in(one: Disk) -> str:
    """Days until it is full at the pace that was measured."""
    if one.grows is None:
        return "full when: not measured for a day yet"
    if one.days_left is None:
        return "does not grow"
    long = timedelta(days=one.days_left)
    return "full in more than two years" if long > LONG else f"full in {long.days} days"


def clock(found: Host) -> str:
    """Whether it is kept right, and how far it is off."""
    kept = {True: "synchronised", False: "NOT SYNCHRONISED", None: "nobody here can say whether it is right"}
    off = f", {abs(found.offset_s) * 1000:.1f} ms off" if found.offset_s is not None else ""
    return f"{kept[found.synchronised]}{off}"


def up(found: Host) -> str:
    """For how long it runs."""
    return span(found.looked_at - found.booted_at) if found.booted_at else "-"
