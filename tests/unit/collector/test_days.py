"""How far a session has come, by arithmetic alone."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from collector.core.coverage import Covered
from collector.core.sessions import Session
from collector.jobs.days import day, days
from collector.sources import darkpool_trades, flow_per_strike, flow_recent

UTC = timezone.utc
SESSION = Session(
    date(2026, 11, 20),
    datetime(2026, 11, 20, 14, 30, tzinfo=UTC),
    datetime(2026, 11, 20, 21, tzinfo=UTC),
    datetime(2026, 11, 20, 21, 15, tzinfo=UTC),
)
START, END = SESSION.day
EVENING = SESSION.settles_at + timedelta(minutes=5)
MORNING = SESSION.confirms_at + timedelta(minutes=20)
PRINTS = darkpool_trades.SOURCE
HOUR = timedelta(hours=1)


def test_a_second_that_is_open_is_a_hole_and_its_share_is_missing():
    now = START + 10 * HOUR
    known = Covered(covered=[(START, now - HOUR)], collected_at=now)
    found = day(PRINTS, SESSION, known, now, now)
    assert found.covered == pytest.approx(0.9)
    assert found.holes == ((now - HOUR, now),)
    assert (found.stage, found.is_open) == ("open", True)


def test_what_no_pass_should_have_done_yet_is_not_open():
    now = START + 10 * HOUR
    known = Covered(covered=[(START, now - HOUR)], collected_at=now)
    found = day(PRINTS, SESSION, known, now - HOUR, now)
    assert (found.covered, found.stage, found.is_open) == (1.0, "covered", False)


@pytest.mark.parametrize(
    ("settled", "confirmed", "last_start", "stage", "lacks"),
    [
        (False, False, EVENING - HOUR, "covered", ""),
        (False, False, EVENING, "covered", "not settled"),
        (True, False, EVENING, "settled", ""),
        (True, False, MORNING, "settled", "not confirmed"),
        (False, True, MORNING, "confirmed", ""),
    ],
)
def test_a_sweep_is_lacking_once_a_pass_should_have_done_it(settled, confirmed, last_start, stage, lacks):
    known = Covered(
        covered=[(START, END)],
        settled=[(START, SESSION.settles_at)] if settled else [],
        confirmed=[(START, END)] if confirmed else [],
        collected_at=EVENING,
    )
    found = day(PRINTS, SESSION, known, last_start, MORNING + HOUR)
    assert (found.stage, found.lacks) == (stage, lacks)


@pytest.mark.parametrize(
    ("source", "at", "stage", "lacks"),
    [
        (flow_per_strike.SOURCE, SESSION.opens_at, "open", "not complete"),
        (flow_per_strike.SOURCE, SESSION.options_close_at, "complete", "not confirmed"),
        (flow_per_strike.SOURCE, EVENING, "settled", "not confirmed"),
        (flow_per_strike.SOURCE, MORNING, "confirmed", ""),
        (flow_recent.SOURCE, SESSION.options_close_at, "complete", ""),
        (flow_recent.SOURCE, None, "open", "not complete"),
    ],
)
def test_a_snapshot_is_as_complete_as_its_last_fetch(source, at, stage, lacks):
    found = day(source, SESSION, Covered(collected_at=at), MORNING, MORNING)
    assert (found.stage, found.lacks, found.covered) == (stage, lacks, None)


def test_a_session_that_was_never_asked_for_is_open_from_the_first_that_was():
    before, after = (
        replace(SESSION, date=SESSION.date + timedelta(days=days_later)) for days_later in (-1, 1)
    )
    known = {SESSION.date: Covered(covered=[(START, END)])}
    found = days(PRINTS, [before, SESSION, after], known, MORNING, MORNING)
    assert [(one.session, one.covered) for one in found] == [(after.date, 0.0), (SESSION.date, 1.0)]
