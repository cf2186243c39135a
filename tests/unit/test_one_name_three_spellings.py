"""A setting has one name: inventory collector_x, env files COLLECTOR_X, program settings.x."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from collector.core.settings import Settings, read

ROLE = Path(__file__).parents[2] / "roles" / "collector"
FIELDS = {field.name for field in fields(Settings)}


def options() -> dict[str, dict[str, object]]:
    specs = yaml.safe_load((ROLE / "meta/argument_specs.yml").read_text())
    found: dict[str, dict[str, object]] = specs["argument_specs"]["main"]["options"]
    return found


def env_lines(*files: str) -> dict[str, str]:
    text = "\n".join((ROLE / "templates" / file).read_text() for file in files)
    return dict(re.findall(r"^(COLLECTOR_\w+)=(.*)$", text, re.MULTILINE))


def test_each_option_of_the_role_is_a_setting_of_the_program_and_the_other_way_round() -> None:
    assert set(options()) == {f"collector_{name}" for name in FIELDS}


def test_each_setting_has_one_line_in_the_env_files_filled_from_the_option_of_its_name() -> None:
    lines = env_lines("collector.env.j2", "secrets.env.j2")
    assert set(lines) == {f"COLLECTOR_{name.upper()}" for name in FIELDS}
    for name, value in lines.items():
        assert re.search(rf"\b{name.lower()}\b", value), f"{name} is filled from something else: {value}"


def test_secrets_are_in_the_secrets_file_only() -> None:
    secret = {name.upper() for name, option in options().items() if option.get("no_log")}
    assert set(env_lines("secrets.env.j2")) == secret
    assert not secret & set(env_lines("collector.env.j2"))


@pytest.mark.parametrize("name", sorted(FIELDS - {"api_key"}))
def test_the_roles_default_is_the_programs_default(name: str) -> None:
    defaults = yaml.safe_load((ROLE / "defaults/main.yml").read_text())
    default = defaults[f"collector_{name}"]
    assert default == options()[f"collector_{name}"]["default"]
    text = ",".join(map(str, default)) if isinstance(default, (list, dict)) else str(default)
    given = read({"COLLECTOR_API_KEY": "k", f"COLLECTOR_{name.upper()}": text})
    assert given == read({"COLLECTOR_API_KEY": "k"})
