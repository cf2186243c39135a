"""docs/answers.md names words, notebooks and headings that exist, and forgets no word that answers a question."""

import re
from pathlib import Path

import pytest

from analysis import verbs

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs/answers.md").read_text().splitlines()
    if line.startswith("| ")
][1:]
# They put answers of other words together, or take rows elsewhere.
NO_ANSWERS = {"report", "nightly", "dashboard", "export"}


def test_the_document_has_questions():
    assert len(ROWS) > 15
    assert all(question.endswith("?") for question, *_ in ROWS)


def test_each_word_that_answers_is_there_and_no_other():
    named = {word for _, cell, *_ in ROWS for word in re.findall("`(.+?)`", cell)}

    assert named == {verb.name for verb in verbs.ALL} - NO_ANSWERS


def test_each_notebook_that_is_named_is_there_and_each_is_named():
    named = {cell for _, _, cell, _ in ROWS if not cell.startswith("none: ")}

    assert named == {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}


@pytest.mark.parametrize("heading", sorted({cell for *_, cell in ROWS if not cell.startswith("none: ")}))
def test_each_heading_that_is_named_stands_on_a_page(heading):
    pages = [path for room in ("show", "dashboard") for path in (ROOT / "analysis" / room).glob("*.py")]

    # A page puts the symbol in that is looked at.
    assert f'"{heading.replace("SPY", "{symbol}")}' in " ".join(path.read_text() for path in pages)
