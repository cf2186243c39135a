"""What a query string may say, and how all that is wrong with it is told."""

import time
from collections.abc import Iterator

import pytest

from simulator.parameters import Parameters

MOMENT = 1_795_190_400  # 2026-11-20 16:00:00 UTC


@pytest.fixture(autouse=True)
def a_machine_in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times without a zone are UTC wherever the simulator runs."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    "text",
    [
        "1795190400",
        "1795190400000",
        "1795190400999",
        "1795190400.5",
        "2026-11-20T16:00:00Z",
        "2026-11-20T16:00:00",
        "2026-11-20T11:00:00-05:00",
        "2026-11-20T17:00:00 01:00",
        "2026-11-20 16:00:00",
    ],
)
def test_a_moment_is_a_whole_second_however_it_is_written(text: str) -> None:
    assert Parameters({"older_than": text}).darkpool().older_than == MOMENT


def test_all_problems_of_a_query_are_told_at_once() -> None:
    parameters = Parameters({"date": "2023-02-140", "limit": "501", "older_than": "soon", "order": "up"})
    parameters.date()
    parameters.darkpool()
    assert [problem.split("=")[0] for problem in parameters.problems] == [
        "date",
        "older_than",
        "limit",
        "order",
    ]


@pytest.mark.parametrize("text", ["0", "501", "-1", "1e2", "ten", "", "٣"])
def test_a_limit_outside_1_to_500_is_a_problem(text: str) -> None:
    parameters = Parameters({"limit": text})
    assert parameters.darkpool().limit == 500
    assert parameters.problems


def test_unknown_parameters_are_ignored() -> None:
    parameters = Parameters({"page": "2", "sort": "up"})
    assert parameters.darkpool() == Parameters({}).darkpool()
    assert not parameters.problems


def test_booleans_are_lower_case() -> None:
    wrong = Parameters({"interval_5m": "True"})
    assert Parameters({"interval_5m": "true"}).switch("interval_5m", default=False)
    assert not wrong.switch("interval_5m", default=False)
    assert wrong.problems
