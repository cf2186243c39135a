"""Each alert has its line in docs/alerts.md, with a test that hears of its cause and of its end."""

import ast
import re

import pytest
from house import ROOT

from collector.alerts import rules

SECTION = "## Where each cause is made to happen"
CODE = re.compile(r"`([^`]+)`")
TEST = re.compile(r"`(test_\w+)`")
# A trouble's series as it is written in the code; of a unit it is the unit's name.
SERIES = re.compile(r'f?"(system/(?:\w+|\{path))')
# What a test says that waits for the end: itself, or by its helper.
END = ("RESOLVED", "fires_once_and_is_over(")


def lines():
    """By alert, what its line says of its tests."""
    table = (ROOT / "docs/alerts.md").read_text().split(SECTION)[1].split("\n\n")[1]
    rows = [line.strip("|").split("|", 1) for line in table.splitlines()[2:]]
    return {name: proof for first, proof in rows for name in CODE.findall(first)}


def troubles():
    found = {
        series
        for path in (ROOT / "collector").rglob("*.py")
        if "alerts" in path.parts
        for series in SERIES.findall(path.read_text())
    }
    return {series.replace("{path", "UNIT") for series in found}


def texts():
    """The text of each test that may be named."""
    files = [
        *(ROOT / "tests/integration").glob("test_alerts_*.py"),
        *(ROOT / "tests/faults/droplet").glob("test_*.py"),
    ]
    return {
        node.name: ast.get_source_segment(text, node)
        for text in (path.read_text() for path in files)
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef)
    }


def test_each_rule_that_is_shipped_and_each_trouble_has_its_line():
    assert len(troubles()) >= 7
    assert {one["kind"] for one in rules.shipped().values()} == set(rules.KINDS), "a kind that no rule asks"
    assert set(lines()) >= troubles() | set(rules.shipped())


@pytest.mark.parametrize("alert", sorted(troubles() | set(rules.shipped())))
def test_a_test_of_its_line_hears_that_it_is_over(alert):
    there = texts()
    named = [there[name] for name in TEST.findall(lines()[alert])]
    assert [text for text in named if any(word in text for word in END)], alert
