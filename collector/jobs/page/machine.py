"""Budget, backups and the machine on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from collector.jobs import machine
from collector.jobs.budget import Limit, Report
from collector.jobs.host import Disk, Host
from collector.jobs.look import Spooled
from collector.jobs.page.charts import meter
from collector.jobs.page.html import Html, tag, together
from collector.jobs.words import when

NEARLY_FULL = 85
UNKNOWN = "Nobody has looked at the machine yet: darkpool-host.service does, every five minutes."


def _pairs(found: Sequence[tuple[str, object]]) -> Html:
    return tag("dl", *(together(tag("dt", name), tag("dd", value)) for name, value in found))


def budget(found: Report, spool: Spooled | None) -> Html:
    """What is left, what it went to, what was refused."""
    limits = [(name, _limit(limit)) for name, limit in (("today", found.day), ("this minute", found.minute))]
    refused = machine.refusals(found)
    told = ", ".join(f"{word}: {number:,}" for word, number in refused.items()) or "nothing today"
    rest: list[tuple[str, object]] = [("refused", told)]
    if found.breakers:
        rest.append(("left alone", ", ".join(found.breakers)))
    if spool:
        rest.append(("spool", machine.spool(spool)))
    spent = [
        tag("tr", tag("th", feed, scope="row"), tag("td", f"{one.now:,}"), tag("td", f"{one.filling:,}"))
        for feed, one in found.feeds.items()
    ]
    head = tag("tr", tag("th", "feed"), tag("th", "now"), tag("th", "filling"))
    table = tag("div", tag("table", tag("thead", head), tag("tbody", *spent)), class_="wide", tabindex="0")
    return together(_pairs([*limits, *rest]), table if spent else Html(""))


def _limit(one: Limit) -> Html:
    percent = 100 * one.used / one.limit if one.limit else 0
    told = tag("b", f"{one.used:,}", class_="number"), f" of {one.limit:,}, {one.left:,} left"
    return together(meter(percent, bad=percent > NEARLY_FULL), " ", *told)


def backups(host: Host | None, now: datetime) -> Html:
    """Made, and proven."""
    if host is None:
        return tag("p", UNKNOWN)
    last = host.drill
    told = "none yet"
    if last:
        good = f"restored in {last.get('seconds')} s, {last.get('loss_s')} s lost"
        told = f"{_at(last.get('at'), now)}: {good if last.get('ok') else last.get('problem')}"
    return _pairs(
        [
            ("last dump", _when(host.dump_at, now)),
            ("last physical", _when(host.physical_at, now)),
            ("last good drill", _when(host.good_drill_at, now)),
            ("last drill", tag("span", told, class_="bad" if last and not last.get("ok") else None)),
        ]
    )


def _at(text: object, now: datetime) -> str:
    try:
        return when(datetime.fromisoformat(str(text)), now)
    except ValueError:
        return "at a time that cannot be read"


def _when(at: datetime | None, now: datetime) -> str:
    return when(at, now) if at else "none yet"


def the_machine(host: Host | None, now: datetime) -> Html:
    """Disks, memory, load, clock, units, updates."""
    return _pairs(list(_machine(host, now))) if host else tag("p", UNKNOWN)


def _machine(host: Host, now: datetime) -> Iterator[tuple[str, object]]:
    for disk in host.disks:
        yield f"disk {disk.path}", _disk(disk)
    total, left = host.memory.get("total", 0), host.memory.get("available", 0)
    if total:
        percent = 100 * (total - left) / total
        yield (
            "memory",
            together(
                meter(percent, bad=percent > NEARLY_FULL),
                f" {machine.size(left)} of {machine.size(total)} left",
            ),
        )
    swap = host.memory.get("swap", 0)
    if swap:
        yield "swap", f"{machine.size(swap - host.memory.get('swap_free', 0))} of {machine.size(swap)} used"
    yield "load", f"{' '.join(f'{one:.2f}' for one in host.load)} on {host.cpus} processors"
    yield "up", machine.up(host)
    yield "clock", tag("span", machine.clock(host), class_="bad" if host.synchronised is False else None)
    yield "failed units", tag("span", ", ".join(host.failed) or "none", class_="bad" if host.failed else None)
    yield "reboot", tag("span", "needed for updates", class_="warn") if host.reboot else "not needed"
    count = {None: "unknown until this evening how many wait", 0: "none waits"}
    waiting = count.get(host.updates_waiting, f"{host.updates_waiting} wait")
    yield (
        "security updates",
        tag(
            "span",
            f"{waiting}; last looked for or installed {_when(host.updates_at, now)}",
            class_="warn" if host.updates_waiting else None,
        ),
    )
    yield "looked at", tag("span", _when(host.looked_at, now), class_="bad" if host.is_stale(now) else None)


def _disk(one: Disk) -> Html:
    used = f"{one.percent} % used, {machine.size(one.left)} left, {one.inodes_percent} % of its inodes"
    told = f" {used}; {machine.full_in(one)}"
    return together(meter(one.percent, bad=one.percent > NEARLY_FULL), told)
