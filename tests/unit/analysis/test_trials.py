"""The registry of trials counts each once and never guesses."""

import pytest

from analysis.load import trials as registry
from analysis.statistics.trials import Trial, deflation
from collector.core.errors import Terminal


def trial(rule: str = "x", version: int = 1, ratio: float = 0.1, data: str = "SPY") -> Trial:
    return Trial(rule, version, "", data, ratio)


def test_the_same_trial_again_is_no_second_one(tmp_path):
    path = tmp_path / "new" / "trials.jsonl"

    for one in (trial(), trial(ratio=0.3), trial(version=2, ratio=0.1), trial(data="QQQ", ratio=-0.1)):
        last = registry.record(path, one)

    assert len(path.read_text().splitlines()) == 4
    assert registry.read(path) == last
    # Ratios 0.3, 0.1 and -0.1 have a variance of 0.04.
    assert deflation(last) == (3, pytest.approx(0.04))


def test_nothing_tried_is_one_trial_without_luck(tmp_path):
    assert deflation(registry.read(tmp_path / "none")) == (1, 0.0)


@pytest.mark.parametrize("line", ["{", "[1]", '{"rule": "x"}'])
def test_a_registry_that_cannot_be_read_is_not_taken_for_an_empty_one(tmp_path, line):
    (tmp_path / "trials.jsonl").write_text(line + "\n")
    with pytest.raises(Terminal, match="do not remove it"):
        registry.record(tmp_path / "trials.jsonl", trial())
