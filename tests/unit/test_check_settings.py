"""The arithmetic of the settings check: what it says of a spec and values, without an inventory."""

import importlib.util
from pathlib import Path

PLUGIN = Path(__file__).resolve().parents[2] / "roles/settings/action_plugins/check_settings.py"
SPEC = importlib.util.spec_from_file_location("check_settings", PLUGIN)
check_settings = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check_settings)


def test_a_secret_of_the_wrong_type_is_named_and_not_shown():
    option = {"type": "int", "no_log": True, "description": "A number that opens a door."}
    (problem,) = check_settings.wrong_values({"door_pin": option}, {"door_pin": "hunter2"})
    assert problem == "door_pin: is not a int. A number that opens a door."


def test_a_missing_option_says_what_it_is_for():
    option = {"type": "str", "required": True, "description": ["Whose door it is.", "More about doors."]}
    assert check_settings.wrong_values({"door_owner": option}, {}) == [
        "door_owner: is missing. Whose door it is."
    ]


def test_placeholders_are_found_inside_lists_and_mappings():
    values = {"people": [{"name": "ann", "keys": ["<your key>"]}], "fine": "a < b > c"}
    assert check_settings.left_open(values) == ["people: fill in your key"]


def test_an_option_is_complained_about_once():
    problems = ["key: fill in the key", "key is 'a b': no blanks", "key: has characters", "port: is missing."]
    assert check_settings.first_of_each_name(problems) == ["key: fill in the key", "port: is missing."]


def test_values_are_written_as_the_env_file_spells_them():
    assert check_settings.as_line(["SPY", "QQQ"]) == "SPY,QQQ"
    assert check_settings.as_line(value=True) == "true"
    assert check_settings.as_line(20) == "20"


def test_rules_and_channels_of_alerts_are_judged_before_the_server_is_reached_and_no_url_is_shown():
    urls = [{"url": "json://canary", "severities": ["loud"]}]
    given = {"alerts_rules": {"blok_print": {}}, "alerts_quiet_hours": "22-7", "alerts_urls": urls}
    problems = "\n".join(check_settings.meaningless_alerts(given))
    assert "did you mean block_print?" in problems
    assert "write '22:00-07:00'" in problems
    assert "loud is no severity" in problems
    assert "canary" not in problems
    assert check_settings.meaningless_alerts({"alerts_rules": {}, "alerts_urls": []}) == []
