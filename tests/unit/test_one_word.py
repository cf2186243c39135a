"""One thing has one word: names do not use the synonyms that docs/glossary.md sets aside."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (?P<word>\w+) \| .+ \| (?P<synonyms>[\w, ]+) \|$", re.MULTILINE)
GLOSSARY = {
    row["word"]: row["synonyms"].split(", ") for row in ROW.finditer((ROOT / "docs/glossary.md").read_text())
}
# The vendor's own words, where its answers are parsed or its requests are made.
VENDORS = {"collector/sources": {"ticker"}}
WRITTEN_BY_PG_DUMP = "schema.sql"
SQL_WORD = re.compile(r"\b[a-z][a-z_0-9]+\b")
SQL_TEXT = re.compile(r"--[^\n]*|'(?:[^']|'')*'")


def names(path: Path) -> set[str]:
    """Every name that a Python file gives, or every bare word of an SQL file."""
    if path.suffix == ".sql":
        return set(SQL_WORD.findall(SQL_TEXT.sub("", path.read_text())))
    return set(given(ast.parse(path.read_text())))


def given(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def words(name: str) -> str:
    """A name in lower case with its parts set apart, so that GapRow and gap_row are alike."""
    return f"_{re.sub(r'(?<=[a-z])(?=[A-Z])', '_', name).lower()}_"


def places() -> Iterator[Path]:
    for room in ("collector", "analysis", "sql"):
        found = sorted((ROOT / room).rglob("*"))
        yield from (
            path for path in found if path.suffix in {".py", ".sql"} and path.name != WRITTEN_BY_PG_DUMP
        )


def test_the_glossary_is_read() -> None:
    assert GLOSSARY["hole"] == ["gap"]
    assert len(GLOSSARY) >= 12


@pytest.mark.parametrize("path", list(places()), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_names_use_the_word_of_the_glossary(path: Path) -> None:
    allowed = next((words for room, words in VENDORS.items() if path.is_relative_to(ROOT / room)), set())
    wrong = [
        f"{name}: say {word}, not {synonym}"
        for name in sorted(names(path))
        for word, synonyms in GLOSSARY.items()
        for synonym in synonyms
        if synonym not in allowed and re.search(f"_{synonym}s?_", words(name))
    ]
    assert not wrong
