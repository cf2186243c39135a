"""What is said of a session's feeds: of one with many symbols, and of those that a page can do without."""

from datetime import date, datetime, timezone

import pandas as pd

from analysis.report.completeness import states
from collector import sources
from collector.core.sessions import Session

DAY = date(2026, 11, 20)
AT = [datetime(2026, 11, 20, hour, 0, tzinfo=timezone.utc) for hour in (14, 21, 22)]
SESSION = Session(DAY, AT[0].replace(minute=30), AT[1], AT[1].replace(minute=15))
SECTORS = sources.by_name("sector_tide").symbols(())
COLUMNS = ["feed", "symbol", "collected_at", "outcome", "starts", "ends"]


def known(*rows):
    return pd.DataFrame([(*row, [], []) for row in rows], columns=COLUMNS)


def said(feed, rows):
    return [(one.whole, one.said) for one in states("SPY", SESSION, rows) if one.feed == feed]


def test_a_sector_that_is_not_whole_speaks_for_all_and_says_how_many_there_are():
    rows = [("sector_tide", name, AT[2], None) for name in SECTORS if name not in {"Energy", "Utilities"}]
    rows += [("sector_tide", "Energy", AT[0], None)]

    why = "last fetched at 09:00:00, before its end at 16:15:00: what came after is missing"
    assert said("sector_tide", known(*rows)) == [(False, f"2 of 11 are not whole, Energy: {why}")]


def test_whole_sectors_are_whole():
    rows = [("sector_tide", name, AT[2], None) for name in SECTORS]

    assert said("sector_tide", known(*rows)) == [(True, "whole, last fetched at 17:00:00")]


def test_feeds_that_were_never_begun_or_are_not_offered_and_can_be_done_without_are_not_named():
    rows = known(("etf_tide", "SPY", None, "not_offered"), ("iv_rank", "SPY", AT[2], None))

    assert said("sector_tide", rows) == said("etf_tide", rows) == []
    assert said("market_tide", rows) == [(False, "nothing was collected")]
