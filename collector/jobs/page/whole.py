"""The page from its head to its foot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

from collector.jobs import machine, show
from collector.jobs.page import feeds, runs
from collector.jobs.page.facts import Seen
from collector.jobs.page.html import Html, put, tag, together
from collector.jobs.page.machine import backups, budget, the_machine
from collector.jobs.words import when

# Nothing from elsewhere, no script: the browser is told so, whatever gets into the page.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@cache
def _style() -> Html:
    return Html((Path(__file__).parent / "style.css").read_text(encoding="utf-8"))


def page(seen: Seen, release: str) -> str:
    """HTML, whole."""
    now = seen.now.now
    head = together(
        Html('<meta charset="utf-8">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
        Html('<link rel="icon" href="data:,">'),
        tag("title", f"darkpool {when(now, now)}"),
        Html(f"<style>{_style()}</style>"),
    )
    body = together(
        tag("header", *_header(seen)),
        tag("main", *_sections(seen)),
        tag("footer", _foot(release)),
    )
    return f"<!doctype html>\n{tag('html', tag('head', head), tag('body', body), lang='en')}\n"


def _header(seen: Seen) -> Iterator[Html]:
    found = seen.now
    yield tag("h1", "darkpool")
    following = when(found.next_run, found.now) if found.next_run else "never"
    yield tag(
        "p",
        f"{when(found.now, found.now, full=True)} · {show.market(found.market, found.now)} · next run {following}",
    )
    bad = list(_troubles(seen))
    if bad:
        yield tag("ul", *(tag("li", line) for line in bad), class_="troubles", id="troubles")
    else:
        yield tag("p", "All is well.", class_="well", id="troubles")


def _troubles(seen: Seen) -> Iterator[str]:
    found, known = seen.now, seen.known
    if found.away:
        at = known["known_at"]
        since = (
            f"What it last said was at {when(datetime.fromisoformat(at), found.now)}."
            if at
            else "It never did."
        )
        yield f"PostgreSQL does not answer: {found.away}. {since} Passes go on and keep what they collect in the spool."
    late = [f"{one['name']} {one['symbol']}" for one in known["feeds"] if one["state"] == "late"]
    if late:
        yield f"{len(late)} late: {', '.join(late[:6])}{' ...' if len(late) > 6 else ''}"  # noqa: PLR2004 - what fits
    if known["quarantined"]:
        yield f"{known['quarantined']:,} rows wait in quarantine"
    for one in known["drift"]:
        if one["alarm"]:
            since = when(datetime.fromisoformat(one["first_seen_at"]), found.now)
            yield f"{one['key']} is missing from {one['feed']} since {since}"
    if known["unready"]:
        yield f"no partition for next month: {', '.join(known['unready'])}"
    yield from machine.troubles(found)
    if found.host:
        yield from (f"{unit} failed" for unit in found.host.failed)
    else:
        yield "Nobody has looked at the machine yet."


def _sections(seen: Seen) -> Iterator[Html]:
    found, known, now = seen.now, seen.known, seen.now.now
    yield _section("Feeds", feeds.feeds(known, now))
    yield _section("Coverage", feeds.coverage(known, now))
    yield _section("Runs", runs.runs(known, now))
    if found.budget:
        yield _section("Requests", budget(found.budget, found.spool))
    yield _section("Backups", backups(found.host, now))
    yield _section("Machine", the_machine(found.host, now))


def _section(title: str, body: Html) -> Html:
    return tag("section", tag("h2", title), body, id=title.lower())


def _foot(release: str) -> Html:
    usual = "Usual: the median of the sessions before; a dark line in a chart. Times are New York's."
    return put(f"{usual} Written by release {release}; make status-page fetches it anew.")
