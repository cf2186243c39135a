"""Prometheus' rules, played by its own promtool where one is: every rule is quiet, fires, and is over."""

import os
import shutil
import subprocess

import pytest

from tests.infra.played_rules import RULES, TABLE, files_for, rules

PROMTOOL = os.environ.get("PROMTOOL") or shutil.which("promtool")
needs_promtool = pytest.mark.skipif(not PROMTOOL, reason="promtool is not here: molecule/metrics runs them")


def test_each_rule_is_played_and_each_play_is_a_rules():
    assert set(TABLE) == set(rules())
    assert len(TABLE) >= 40


@pytest.mark.parametrize("name", sorted(rules()))
def test_a_rule_says_how_bad_what_and_where_to_look(name):
    rule = rules()[name]
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert rule["annotations"]["summary"][0] in "{ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    assert rule["annotations"]["look"]


@needs_promtool
def test_promtool_knows_each_word_of_the_rules():
    done = subprocess.run([PROMTOOL, "check", "rules", *RULES], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
@pytest.mark.parametrize("every", ["1m", "5m"])
def test_each_rule_is_quiet_fires_and_is_over(tmp_path, every):
    for name, text in files_for(every).items():
        (tmp_path / name).write_text(text)
    played = [PROMTOOL, "test", "rules", tmp_path / "played.yml"]
    done = subprocess.run(played, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
