"""The list of mutations: long enough, each naming tests that exist, and no infra test file without one."""

import re
from pathlib import Path

import pytest

from testbed import mutations

ROOT = Path(__file__).resolve().parents[2]
INFRA = {path.name: path.read_text() for path in (ROOT / "tests/infra").glob("test_*.py")}
ALL = mutations.all_of_them()
LEAST = 40


def test_there_are_enough_and_no_two_are_called_alike():
    assert len({one.name for one in ALL}) == len(ALL) >= LEAST


@pytest.mark.parametrize("mutation", ALL, ids=lambda one: one.name)
def test_a_mutation_names_tests_that_exist_and_says_why_it_matters(mutation):
    assert mutation.red
    assert mutation.why
    for name in mutation.red:
        file, _, test = name.partition("::")
        assert re.search(rf"^def {re.escape(test)}\(", INFRA[file], re.MULTILINE), name


@pytest.mark.parametrize("mutation", ALL, ids=lambda one: one.name)
def test_a_mutation_that_is_more_than_files_says_how_it_is_undone(mutation):
    assert mutation.files or mutation.undo


def test_each_infra_test_file_is_tried_by_a_mutation():
    assert set(INFRA) - {name.partition("::")[0] for one in ALL for name in one.red} == set()


def test_a_sample_is_the_same_for_the_same_seed_and_another_for_another():
    assert mutations.sample(ALL, 6, 1) == mutations.sample(ALL, 6, 1) != mutations.sample(ALL, 6, 2)
