"""A hole is walked without losing a print, and coverage says only what is true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vendor import Vendor, at, prints, when

from collector.core.errors import BadPayload
from collector.core.intervals import holes, length, merged
from collector.core.source import BySecond
from collector.jobs.paging import walk

RULE = BySecond(limit=5, time_key="executed_at", slices=("size", "volume"))


class Deaf(Vendor):
    """Ignores every bound."""

    def _fits(self, _row, _params):
        return True


def walked(rows, hole, rule=RULE, seed=1):
    vendor = Vendor(rows, rule, seed)
    pages = list(walk(rule, hole, vendor))
    seen = {row["volume"] for page in pages for row in page.rows}
    covered = merged(page.covered for page in pages if page.covered)
    stuck = [page.stuck for page in pages if page.stuck]
    return vendor, pages, seen, covered, stuck


@given(seconds=st.lists(st.integers(0, 30), max_size=60), seed=st.integers(0, 9))
def test_whatever_the_tape_looks_like_each_print_of_the_hole_is_seen(seconds, seed):
    hole = (at(0), at(31))
    _, _, seen, covered, stuck = walked(prints(*seconds), hole, seed=seed)
    assert seen == {row["volume"] for row in prints(*seconds)}
    assert (covered, stuck) == ([hole], [])


@given(seconds=st.lists(st.integers(0, 12), max_size=60), stop=st.integers(0, 20), seed=st.integers(0, 9))
def test_coverage_is_true_after_every_page(seconds, stop, seed):
    rows = prints(*seconds)
    vendor = Vendor(rows, RULE, seed)
    seen, covered = set(), []
    for number, page in enumerate(walk(RULE, (at(0), at(13)), vendor)):
        seen |= {row["volume"] for row in page.rows}
        covered += [page.covered] if page.covered else []
        if number == stop:
            break
    for row in rows:
        if any(start <= when(row) < end for start, end in covered):
            assert row["volume"] in seen


def test_the_rest_of_a_boundary_second_is_asked_for_again():
    rows = prints(9, 8, 7, 6, 5, 5, 5, 4)
    _, pages, seen, _, _ = walked(rows, (at(0), at(10)))
    assert len(seen) == len(rows)
    assert pages[0].covered == (at(6), at(10))


def test_a_quiet_hole_costs_one_request():
    vendor, _, _, covered, _ = walked(prints(1, 2, 3), (at(0), at(60)))
    assert (len(vendor.requests), covered) == (1, [(at(0), at(60))])


def test_the_walk_ends_where_the_hole_ends_although_the_tape_goes_on():
    vendor, _, _, covered, _ = walked(prints(*range(100)), (at(90), at(100)))
    assert len(vendor.requests) <= 4
    assert covered == [(at(90), at(100))]


def test_a_second_with_more_prints_than_a_page_is_cut_by_size():
    rows = prints(*[5] * 23, 1, 9)
    vendor, _, seen, covered, stuck = walked(rows, (at(0), at(10)))
    assert len(seen) == len(rows)
    assert (covered, stuck) == ([(at(0), at(10))], [])
    assert len(vendor.requests) < 25


def test_the_page_that_completes_a_cut_second_has_each_of_its_prints_once_and_costs_no_request():
    rows = prints(*[5] * 23, 1, 9)
    vendor, pages, _, _, _ = walked(rows, (at(0), at(10)))
    (completing,) = (page for page in pages if page.covered == (at(5), at(6)))
    assert sorted(row["volume"] for row in completing.rows) == [row["volume"] for row in rows[:23]]
    assert completing.repeats
    assert len(vendor.requests) == len([page for page in pages if not page.repeats])


@given(seconds=st.lists(st.integers(0, 12), max_size=60), seed=st.integers(0, 9))
def test_a_page_that_covers_an_interval_has_all_of_its_prints(seconds, seed):
    rows = prints(*seconds)
    _, pages, _, _, _ = walked(rows, (at(0), at(13)), seed=seed)
    for start, end in (page.covered for page in pages if page.covered):
        (page,) = (page for page in pages if page.covered == (start, end))
        within = {row["volume"] for row in rows if start <= when(row) < end}
        assert within <= {row["volume"] for row in page.rows}


def test_prints_of_one_size_in_one_second_are_cut_by_volume():
    rows = prints(*[5] * 23, sizes=[100] * 23)
    _, _, seen, _, stuck = walked(rows, (at(0), at(10)))
    assert (len(seen), stuck) == (23, [])


def test_what_cannot_be_told_apart_stays_open_and_the_rest_goes_on():
    twins = prints(*[5] * 23, sizes=[100] * 23)
    for row in twins:
        row["volume"] = 7
    rows = [*twins, *prints(1, 9)]
    _, _, seen, covered, stuck = walked(rows, (at(0), at(10)))
    assert stuck == [(at(5), at(6))]
    assert holes((at(0), at(10)), covered) == [(at(5), at(6))]
    assert {row["volume"] for row in prints(1, 9)} <= seen


def test_fractions_of_a_share_are_never_lost_between_two_bounds():
    sizes = ["1", "1.5", "2"] * 4
    rows = [{**row, "size": size} for row, size in zip(prints(*[5] * 12), sizes, strict=True)]
    by_size = BySecond(limit=5, time_key="executed_at", slices=("size",))
    _, _, _, _, stuck = walked(rows, (at(0), at(10)), by_size)
    assert stuck == [(at(5), at(6))]


@pytest.mark.parametrize("seed", range(8))
def test_a_size_that_the_first_page_did_not_show_is_found(seed):
    rows = prints(*[5] * 23, sizes=[100] * 21 + [7, 900])
    _, _, seen, _, stuck = walked(rows, (at(0), at(10)), seed=seed)
    assert (len(seen), stuck) == (23, [])


def test_a_vendor_who_ignores_the_bounds_does_not_keep_us_for_ever():
    vendor = Deaf(prints(*[5] * 23), RULE)
    pages = list(walk(RULE, (at(0), at(10)), vendor))
    assert [page.stuck for page in pages if page.stuck] == [(at(5), at(6))]
    assert len(vendor.requests) < 20


def test_an_answer_that_ignores_older_than_is_refused():
    def deaf(_params):
        return prints(20, 19, 18, 17, 16)

    with pytest.raises(BadPayload, match="not older"):
        list(walk(RULE, (at(0), at(10)), deaf))


def test_a_full_page_without_a_readable_time_is_refused():
    with pytest.raises(BadPayload, match="readable time"):
        list(walk(RULE, (at(0), at(10)), lambda _params: [{"executed_at": "noon"}] * 5))


def test_an_empty_day_is_covered():
    _, pages, _, covered, _ = walked([], (at(0), at(10)))
    assert len(pages) == 1
    assert length(covered).total_seconds() == 10
