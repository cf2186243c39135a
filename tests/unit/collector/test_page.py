"""The status page: what a stranger wrote is text, charts say what they show, and nothing comes from elsewhere."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from html.parser import HTMLParser

import pytest

from collector.jobs.host import Disk, Host
from collector.jobs.look import Status
from collector.jobs.page import facts, whole
from collector.jobs.page.charts import Bar, bars
from collector.jobs.page.facts import NOTHING, Seen, by_day, by_hour
from collector.jobs.page.html import Html, tag

NOW = datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc)
AT = NOW.isoformat()
EVIL = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>&"
DAY = {
    "session": "2026-11-20",
    "covered": 1.0,
    "stage": "covered",
    "lacks": "",
    "holes": [],
    "collected_at": AT,
}
FEED = {
    "name": "darkpool_trades",
    "symbol": "SPY",
    "rows": 1,
    "collected_at": AT,
    "state": "fresh",
    "days": [DAY],
}
RUN = {
    "run_id": "r1",
    "kind": "run",
    "started_at": AT,
    "finished_at": AT,
    "release": "1",
    "outcome": "failed",
    "message": "1 requests",
    "reasons": [["iv_rank", "SPY", "failed", "the API answered 500"]],
}
HOST = Host(
    NOW, disks=(Disk("/", 100, 40, 60, 3),), drill={"at": AT, "ok": False, "problem": "rows are missing"}
)


class Page(HTMLParser):
    """Every element with its attributes, and whether all were closed in order."""

    VOID = ("meta", "link", "br")

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.text = [], [], []
        self.feed(text)

    def handle_starttag(self, name, attributes):
        self.elements.append((name, dict(attributes)))
        if name not in self.VOID:
            self.open.append(name)

    def handle_endtag(self, name):
        assert self.open.pop() == name

    def handle_data(self, data):
        self.text.append(data)


def page(host=HOST, status=None, **known):
    found = Status(NOW, (), 0, (), None, None, None, host=host)
    return whole.page(Seen(status or found, {**NOTHING, "known_at": AT, **known}), "0.1.0")


def rich(text):
    """Every place that shows what came from elsewhere shows this."""
    feed = {**FEED, "name": text, "symbol": text, "days": [{**DAY, "lacks": text, "stage": text}]}
    run = {**RUN, "message": text, "kind": text, "run_id": text, "reasons": [[text, text, text, text]]}
    hour = {text: {"day": "2026-11-20", "rows": [1] * 24, "usual": [1] * 24}}
    drift = {"feed": text, "key": text, "first_seen_at": AT, "alarm": True}
    host = replace(
        HOST, failed=(text,), disks=(replace(HOST.disks[0], path=text),), drill={"at": text, "problem": text}
    )
    return page(
        host,
        Status(NOW, (), 0, (), None, None, None, host=host, away=text, refused=(text,)),
        feeds=[feed],
        runs=[run],
        hours=hour,
        drift=[drift],
        unready=[text],
        sessions=["2026-11-20"],
        days={text: {"rows": [5], "usual": 3}},
    )


def test_what_strangers_wrote_is_shown_and_never_obeyed():
    shown = rich(EVIL)
    parsed = Page(shown)
    assert parsed.open == []
    assert {name for name, _ in parsed.elements} & {"script", "img", "iframe", "a", "form", "object"} == set()
    assert [key for _, given in parsed.elements for key in given if key.startswith("on")] == []
    assert "".join(parsed.text).count(EVIL) >= 12, "each place shows the text as it is"


def test_a_name_that_holds_a_quote_does_not_leave_its_attribute():
    assert tag("i", "a", title='"><b>') == '<i title="&quot;&gt;&lt;b&gt;">a</i>'
    assert tag("i", Html("<b></b>")) == "<i><b></b></i>"


def test_it_needs_no_script_and_nothing_from_elsewhere():
    shown = rich("plain")
    assert re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?(?!data:,)[a-z]", shown) == []
    assert "http:" not in shown
    assert "https:" not in shown
    assert "default-src 'none'" in shown
    assert len(shown) < 60_000


@pytest.mark.parametrize("known", [{}, {"feeds": [FEED]}, {"runs": [RUN]}, {"sessions": ["2026-11-20"]}])
def test_it_is_whole_with_whatever_is_not_known_yet(known):
    assert Page(page(None, **known)).open == []


def test_all_is_well_only_when_it_is():
    well = replace(HOST, drill={})
    assert "All is well." in page(well, feeds=[FEED])
    assert "All is well." not in page(well, feeds=[{**FEED, "state": "late"}])
    assert "1 late: darkpool_trades SPY" in page(well, feeds=[{**FEED, "state": "late"}])
    assert "All is well." not in page(replace(well, failed=("a.service",)))
    assert "All is well." not in page(replace(well, looked_at=NOW - timedelta(hours=1)))
    assert "All is well." not in page(HOST), "the last drill failed"
    assert "All is well." not in page(None), "nobody has looked"


def test_what_the_database_said_last_is_shown_with_its_time():
    away = Status(NOW, (), 0, (), None, None, None, away="connection refused", host=HOST)
    shown = page(status=away, feeds=[FEED], runs=[RUN])
    assert "PostgreSQL does not answer: connection refused. What it last said was at 15:20." in shown
    assert "darkpool_trades" in shown


def test_a_run_says_why_it_ended_as_it_did():
    assert "failed: iv_rank SPY: the API answered 500" in page(runs=[RUN])


def test_usual_is_the_median_of_the_days_before():
    days = [date(2026, 11, day) for day in (17, 18, 19, 20)]
    found = by_day([("a", day, rows) for day, rows in zip(days, (10, 30, 20, 7), strict=True)], days)
    assert found == {"a": {"rows": [10, 30, 20, 7], "usual": 20}}
    hours = by_hour([("a", day, 10, rows) for day, rows in zip(days, (10, 30, 20, 7), strict=True)])["a"]
    assert (hours["rows"][10], hours["usual"][10], hours["usual"][11], hours["day"]) == (7, 20, 0, days[-1])


def test_a_first_day_has_nothing_usual():
    assert by_day([("a", date(2026, 11, 20), 5)], [date(2026, 11, 20)]) == {"a": {"rows": [5], "usual": None}}
    assert by_hour([("a", date(2026, 11, 20), 10, 5)])["a"]["usual"] == [None] * 24


def test_a_bar_is_as_high_as_its_number_and_says_it():
    drawn = bars([Bar(10, 20, "ten"), Bar(20, None, "twenty")], "numbers")
    assert re.findall(r'height="([\d.]+)" class="value"', drawn) == ["20.0", "40.0"]
    assert re.findall(r"<title>(\w+)</title>", drawn) == ["numbers", "ten", "twenty"]


def test_a_file_that_was_cut_is_known_as_nothing(tmp_path):
    (tmp_path / facts.KNOWN).write_text('{"known_at": "2026-')
    assert facts.last_known(tmp_path) == NOTHING
