"""Pages of prints: what the cursors cut and what they lose."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Any

import pytest

from simulator.clock.calendar import session
from simulator.model import darkpool
from simulator.model.darkpool import Print
from simulator.model.darkpool_query import PAGE, DarkpoolQuery, answer, visible

THERE = session(date(2026, 11, 20))
LATER = int(THERE.extended_closes_at.timestamp() * 1000) + 3_600_000


@pytest.fixture(scope="module")
def day() -> list[Print]:
    return darkpool.make_day(7, "SPY", THERE, 20_000)


def seconds(rows: Iterable[dict[str, Any]]) -> list[str]:
    return [row["executed_at"] for row in rows]


def identities(rows: Iterable[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {(row["executed_at"], row["tracking_id"], row["volume"]) for row in rows}


def epoch(row: dict[str, Any]) -> int:
    return int(datetime.fromisoformat(row["executed_at"]).timestamp())


def pages(day: list[Print], step: int) -> list[dict[str, Any]]:
    """Pages back through the day; step says how far past the oldest second the next cursor is."""
    found, cursor = [], None
    while True:
        page = answer(day, DarkpoolQuery(older_than=cursor), LATER)
        found += page
        if len(page) < PAGE:
            return found
        cursor = min(map(epoch, page)) + step


def test_a_page_is_newest_second_first_and_unsorted_inside_a_second(day: list[Print]) -> None:
    rows = answer(day, DarkpoolQuery(), LATER)
    assert len(rows) == 500
    assert seconds(rows) == sorted(seconds(rows), reverse=True)
    inside = [
        [row["volume"] for row in group] for _, group in groupby(rows, key=lambda row: row["executed_at"])
    ]
    assert any(volumes != sorted(volumes, reverse=True) for volumes in inside)


def test_a_cursor_one_past_the_oldest_second_finds_the_whole_day(day: list[Print]) -> None:
    truth = identities(this.row for this in visible(day, LATER))
    assert identities(pages(day, 1)) == truth


def test_a_cursor_on_the_oldest_second_loses_the_rest_of_that_second(day: list[Print]) -> None:
    truth = identities(this.row for this in visible(day, LATER))
    assert identities(pages(day, 0)) < truth


def test_older_than_is_strict_on_whole_seconds(day: list[Print]) -> None:
    cursor = day[len(day) // 2].second
    rows = answer(day, DarkpoolQuery(older_than=cursor), LATER)
    assert max(map(epoch, rows)) < cursor


def test_newer_than_alone_answers_the_newest_page_and_not_the_one_after_it(day: list[Print]) -> None:
    early = day[100].second
    newest = answer(day, DarkpoolQuery(), LATER)
    assert identities(answer(day, DarkpoolQuery(newer_than=early), LATER)) == identities(newest)


def test_a_window_holds_its_first_second_and_not_its_last(day: list[Print]) -> None:
    first, last = day[500].second, day[700].second
    rows = answer(day, DarkpoolQuery(newer_than=first, older_than=last), LATER)
    expected = [this.row for this in day if first <= this.second < last]
    assert identities(rows) == identities(expected)


def test_a_second_too_full_for_a_page_is_found_in_slices_of_size() -> None:
    second = int(THERE.opens_at.timestamp()) + 3600
    day = darkpool.make_day(7, "SPY", THERE, 2000, (darkpool.Burst(second, 700),))
    window = {"newer_than": second, "older_than": second + 1}
    whole = answer(day, DarkpoolQuery(**window), LATER)
    sizes = sorted(this.row["size"] for this in day if this.second == second)
    middle = sizes[len(sizes) // 2]
    low = answer(day, DarkpoolQuery(**window, between={"size": (None, middle - 1)}), LATER)
    high = answer(day, DarkpoolQuery(**window, between={"size": (middle, None)}), LATER)
    assert len(whole) == PAGE
    assert len(identities(low) | identities(high)) == len(sizes) >= 700


@pytest.mark.parametrize("name", ["premium", "size", "volume"])
def test_limits_on_an_amount_include_their_ends(day: list[Print], name: str) -> None:
    middle = day[3000]
    value = int(float(middle.row[name]))
    query = DarkpoolQuery(older_than=middle.second + 60, between={name: (value, value + 1)})
    rows = answer(day, query, LATER)
    assert middle.row["volume"] in {row["volume"] for row in rows}
    assert all(value <= float(row[name]) <= value + 1 for row in rows)


def test_nothing_is_served_before_it_appears(day: list[Print]) -> None:
    noon = int(THERE.opens_at.timestamp() + 9000) * 1000
    late = next(this for this in day if this.ms < noon < this.appears_ms)
    served = identities(this.row for this in visible(day, noon))
    assert identities([late.row]) & served == set()
    assert identities([late.row]) <= identities(this.row for this in visible(day, late.appears_ms))


def test_prints_can_be_ordered_by_premium_and_from_the_smallest(day: list[Print]) -> None:
    rows = answer(day, DarkpoolQuery(order_by="premium", ascending=True), LATER)
    premiums = [float(row["premium"]) for row in rows]
    assert premiums == sorted(premiums)
    assert premiums[0] == min(float(this.row["premium"]) for this in day)
