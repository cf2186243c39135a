"""Notebooks in git: a question first, a conclusion last, and nobody's data in between."""

from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path, kind):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def test_there_are_notebooks():
    assert NOTEBOOKS


@each_notebook
def test_a_notebook_carries_no_output(path):
    assert [cell.id for cell in cells(path, "code") if cell.outputs or cell.execution_count is not None] == []


@each_notebook
def test_a_notebook_begins_with_its_question_and_ends_with_its_conclusion(path):
    texts = [cell.source for cell in cells(path, "markdown")]

    assert texts[0].startswith("# ")
    assert texts[0].splitlines()[0].endswith("?")
    assert texts[-1].startswith("## Conclusion")


@each_notebook
def test_a_notebook_is_named_after_its_question(path):
    title = cells(path, "markdown")[0].source.splitlines()[0]

    assert title.removeprefix("# ").removesuffix("?").lower().replace(" ", "-") == path.stem
