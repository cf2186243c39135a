"""The owner's rules and channels: all that is wrong is said at once, and no URL is shown."""

import subprocess
import sys

import pytest

from collector.alerts import policy, rules
from collector.core.errors import SettingsError


def problems(**given):
    with pytest.raises(SettingsError) as caught:
        policy.checked(given)
    return caught.value.problems


def test_the_rules_as_they_are_shipped_are_right_and_cover_every_kind():
    found, wrong = rules.configured({})
    assert wrong == []
    assert {rule.kind.name for rule in found} == set(rules.KINDS)


def test_a_value_is_changed_a_rule_is_switched_off_and_one_is_added():
    mine = {"kind": "block", "percent": 2}
    found, wrong = rules.configured(
        {"block_print": {"percent": 3}, "sweep": {"enabled": False}, "mine": mine}
    )
    assert wrong == []
    values = {rule.name: rule.values for rule in found}
    assert (values["block_print"]["percent"], values["mine"]["percent"]) == (3, 2)
    assert "sweep" not in values


@pytest.mark.parametrize(
    "hours", ["9-15", "15:30-09:45", "09:45", "always", 945, "09:45-15:30-16:00", "09:45+01:00-15:30+01:00"]
)
def test_hours_that_are_none_are_refused_with_an_example(hours):
    _, (problem,) = rules.configured({"block_print": {"hours": hours}})
    assert problem.startswith("alerts_rules.block_print.hours: ")
    assert "write '09:45-15:30'" in problem


def test_everything_that_is_wrong_is_said_at_once_with_its_fix():
    wrong = problems(
        quiet_hours="22-7",
        digest_at="quarter to five",
        most_per_hour=0,
        colour="red",
        rules={
            "blok_print": {},
            "block_print": {"percent": "much", "persent": 2},
            "sweep": {"severity": "loud"},
        },
    )
    text = "\n".join(wrong)
    assert len(wrong) == 8
    assert "did you mean block_print?" in text
    assert "did you mean percent?" in text
    assert "not one of critical, warning, info" in text


def test_a_wrong_channel_is_named_by_its_place_and_its_url_is_not_shown():
    given = [{"url": "json://canary", "severities": ["loud"]}, {"url": "canary"}, {"uri": "canary"}]
    wrong = policy.channel_problems(given)
    assert [one.split(":")[0] for one in wrong] == [f"alerts_urls, entry {n}" for n in (1, 2, 3)]
    assert "canary" not in "\n".join(wrong)


def test_a_pass_loads_neither_apprise_nor_what_comes_with_it():
    heavy = ("apprise", "markdown", "yaml", "click")
    ask = f"import sys, collector.jobs.run; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
