"""`collector status` stays readable with twenty feeds of twelve symbols."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from collector.jobs.days import Day
from collector.jobs.look import Feed, Status
from collector.jobs.show import status
from collector.jobs.words import between, side_by_side, span

NOW = datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc)
SYMBOLS = ("SPY", "QQQ", "IWM", "DIA", "GLD", "TLT", "NVDA", "TSLA", "AAPL", "MSFT", "AMD", "BRK.B")
TODAY = Day(date(2026, 11, 20), 1.0, 0.0, 0.0, "covered", "", (), NOW)


def feed(number, symbol, **changed):
    name = f"feed_with_a_long_name_{number:03}"
    return replace(Feed(name, symbol, 1_234_567, NOW, "fresh", 0, (TODAY,)), **changed)


def told(feeds, quarantined=0):
    return list(status(Status(NOW, tuple(feeds), quarantined, (), None, None, None), "0.1.0"))


def test_twenty_feeds_of_twelve_symbols_are_twenty_lines_of_80_columns():
    lines = told(feed(number, symbol) for number in range(20) for symbol in SYMBOLS)
    assert sum("feed_with" in line for line in lines) == 20
    assert max(map(len, lines)) <= 80
    assert any("SPY QQQ +10" in line or "SPY +11" in line for line in lines)
    assert any("14,814,804" in line for line in lines)


def test_a_symbol_that_is_late_has_a_line_of_its_own():
    lines = told(
        feed(1, symbol, state="late" if symbol == "GLD" else "fresh", collected_at=NOW - timedelta(hours=1))
        for symbol in SYMBOLS[:5]
    )
    late = [line for line in lines if " late " in line]
    assert len(late) == 1
    assert "GLD" in late[0]
    assert "14:20" in late[0]
    assert lines[-1].startswith("late: ")


def test_a_line_tells_the_least_covered_and_the_oldest_of_its_symbols():
    hole = (NOW - timedelta(seconds=5), NOW)
    worse, worst = (replace(TODAY, covered=share, holes=(hole,)) for share in (0.999999, 0.5))
    lines = told(
        [
            feed(1, "SPY"),
            feed(1, "QQQ", days=(worst,), collected_at=NOW - timedelta(hours=2)),
            feed(1, "GLD", days=(worse,), collected_at=NOW - timedelta(hours=1)),
        ]
    )
    (line,) = (line for line in lines if "feed_with" in line)
    assert "13:20        50.00 %     2" in line


def test_what_waits_in_quarantine_is_counted_and_the_command_is_named():
    assert not any("quarantine" in line for line in told([feed(1, "SPY")]))
    assert "3 rows wait in quarantine: see `collector quarantine list`" in told([feed(1, "SPY")], 3)


def test_names_that_do_not_fit_are_counted():
    assert side_by_side(["SPY", "QQQ"], 7) == "SPY QQQ"
    assert side_by_side(["SPY", "QQQ", "IWM"], 7) == "SPY +2"
    assert side_by_side(["SPY", "QQQ", "IWM"], 4) == "3 names"


def test_spans_and_intervals_are_told_in_what_a_person_reads():
    assert [span(timedelta(seconds=s)) for s in (59, 60, 3599, 3600, 5400)] == [
        "59 s",
        "1 min",
        "59 min",
        "1 h 00 min",
        "1 h 30 min",
    ]
    assert between((NOW, NOW + timedelta(seconds=5))) == "15:20:00-15:20:05"
