"""The status page in a real browser: whole on a phone and at a desk, silent, and with the database's numbers."""

import json
import re

import pytest
from browsing import DESKTOP, PHONE
from embedded import *  # noqa: F403 - fixtures
from embedded import Collector, Database, tool_settings
from hosts import looked

DAYS = ("2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19")
HOLE = """
update ops.coverage set covered = covered - tstzmultirange(tstzrange('2026-11-20T15:00:00Z', '2026-11-20T15:00:05Z'))
where symbol = 'SPY' and feed = 'darkpool_trades' and session_date = '2026-11-20'
"""


@pytest.fixture(scope="module")
def pages(server, long_lived_simulator, tmp_path_factory):
    """The database of a week, its page at noon of the last day with a hole and a failed pass, and one without it."""
    folder = tmp_path_factory.mktemp("status")
    server.execute("create database week template template_darkpool owner darkpool_owner")
    vendor, database = long_lived_simulator, Database(server, "week")
    settings = {
        "LOG_FILE": folder / "collector.log",
        "STATE_DIR": folder,
        "DATABASE_DSN": database.dsn("collector"),
    }
    week = Collector(
        {**tool_settings(vendor), **{f"COLLECTOR_{name}": str(value) for name, value in settings.items()}}
    )
    for day in DAYS:
        week.at(vendor, f"{day}T10:30:03-05:00")
        week.at(vendor, f"{day}T21:05:03-05:00")
    week.at(vendor, "2026-11-20T06:50:03-05:00")
    vendor.faults(http_500=30, only_path="iv-rank")
    week.at(vendor, "2026-11-20T10:30:03-05:00")
    vendor.faults(http_500=0, only_path="")
    week.at(vendor, "2026-11-20T12:00:03-05:00")
    database.ask(HOLE)
    machine = str(looked(folder / "machine"))
    found = {}
    for name, changed in (("now", {}), ("away", {"COLLECTOR_DATABASE_DSN": "dbname=x host=/nonexistent"})):
        assert week("page", "--host", machine, **changed).returncode == 0
        found[name] = folder / f"{name}.html"
        found[name].write_text((folder / "page/status.html").read_text())
    yield found, database
    vendor.set_clock(offset_s=0)
    server.execute("drop database week with (force)")


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
@pytest.mark.parametrize("which", ["now", "away"])
def test_it_fits_complains_of_nothing_and_asks_for_nothing(browser, pages, size, which):
    browser.open(pages[0][which], size)

    assert browser.overflow() == []
    assert browser.console() == []
    assert browser.requests() == []


def test_what_a_person_reads_is_what_the_database_says(browser, pages):
    found, database = pages
    browser.open(found["now"], PHONE)

    rows = "select feed, sum(stored)::int from ops.ledger where session_date = '2026-11-20' group by feed"
    shown = dict(zip(feeds(browser, "data-rows"), browser.texts("[data-rows]"), strict=True))
    assert {feed: int(number.replace(",", "")) for feed, number in shown.items()} == dict(database.ask(rows))
    runs = database.ask("select outcome from ops.runs order by started_at desc")
    assert browser.texts("#runs .state") == [outcome.replace("_", " ") for (outcome,) in runs]
    assert any(
        "darkpool_trades SPY Fri 11-20: 10:00:00-10:00:05" in line for line in browser.texts(".holes li")
    )


def feeds(browser, attribute):
    script = (
        "return [...document.querySelectorAll(`[${arguments[0]}]`)].map((e) => e.getAttribute(arguments[0]))"
    )
    return browser.driver.execute_script(script, attribute)


def test_a_bar_is_drawn_as_high_as_its_number_beside_the_others(browser, pages):
    found, _ = pages
    browser.open(found["now"])

    script = """return [...document.querySelector("article figure:last-of-type .bars").querySelectorAll("g")].map((e) =>
        [e.querySelector("title").textContent, e.querySelector(".value").getBoundingClientRect().height])"""
    drawn = [
        (int(re.sub(r".*? |,", "", said.split(", usual")[0])), height)
        for said, height in browser.driver.execute_script(script)
    ]
    most, full = max(drawn)
    assert most > 0
    assert all(abs(height - full * number / most) < 1 for number, height in drawn), json.dumps(drawn)


def test_without_its_database_the_first_thing_that_one_reads_is_that(browser, pages):
    browser.open(pages[0]["away"], PHONE)

    assert browser.texts("#troubles li")[0].startswith("PostgreSQL does not answer")
    assert browser.texts("[data-rows]") != []
