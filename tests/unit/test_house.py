"""The house keeps its shape: what every role, target, document and file owes."""

import re

import pytest
import yaml
from house import ROLES, ROOT, TARGET, files, name, specs

ROLE_OWES = ("README.md", "defaults/main.yml", "meta/argument_specs.yml", "meta/main.yml", "tasks/main.yml")
# Roles that are not a part of the server but a step of every deploy, and what proves them instead.
PROVEN_ELSEWHERE = {
    "molecule/settings/molecule.yml": "runs on the laptop, before any connection: test_deploy_refuses.py",
    "tests/infra/test_settings.py": "leaves nothing on the server to ask",
    "molecule/connection/molecule.yml": "is how a fresh droplet is reached first: the default scenario and the demo",
    "tests/infra/test_connection.py": "leaves nothing on the server to ask",
    "molecule/market_hours/molecule.yml": "asks the released collector: the default scenario's drills",
    "tests/infra/test_market_hours.py": "leaves nothing on the server to ask",
    "molecule/drift/molecule.yml": "reads, and needs the whole machine: the default scenario's drills, test_drift.py",
    "tests/infra/test_drift.py": "leaves nothing on the server to ask",
    "molecule/droplet/molecule.yml": "runs on the laptop, before there is a server: tests/faults/droplet_life",
    "tests/infra/test_droplet.py": "leaves nothing on the server to ask: tests/integration/droplet",
    "molecule/standby/molecule.yml": "takes two servers: tests/faults/standby",
    "molecule/release/molecule.yml": "needs users, database and collector roles before it: the default scenario",
}
MOST_LINES = 300
# Written by a program, or a table of facts.
ANY_LENGTH = {"uv.lock", "sql/schema.sql", "docs/schema.md", "sql/reference/market_sessions.csv"}
WRITTEN_BY_HAND = {".py", ".yml", ".yaml", ".sql", ".sh", ".md", ".j2", ".toml", ".ipynb", ".cfg", ""}
LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")
HELPED_TARGET = re.compile(r"^([a-z][a-z-]*):.*## \S", re.MULTILINE)
# A step of other targets, the help itself, and what the one screen of help has no room for.
NOT_TYPED = {"configured", "help", "clean", "nightly", "powercut"}


def defaults(role: str) -> dict[str, object]:
    return yaml.safe_load((ROOT / "roles" / role / "defaults/main.yml").read_text()) or {}


def test_there_are_roles():
    assert len(ROLES) >= 9


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_its_shape_its_scenario_and_its_infra_test(role):
    owed = [f"roles/{role}/{part}" for part in ROLE_OWES]
    owed += [f"molecule/{role}/molecule.yml", f"tests/infra/test_{role}.py"]

    assert [one for one in owed if one not in PROVEN_ELSEWHERE and not (ROOT / one).is_file()] == []


def test_an_exception_ends_when_its_reason_is_gone():
    assert [one for one in PROVEN_ELSEWHERE if (ROOT / one).exists()] == []


@pytest.mark.parametrize("role", ROLES)
def test_a_roles_readme_fits_a_screen(role):
    readme = ROOT / "roles" / role / "README.md"

    assert readme.is_file()
    assert len(readme.read_text().splitlines()) <= 40


@pytest.mark.parametrize("role", ROLES)
def test_each_default_of_a_role_is_described_and_carries_its_name(role):
    assert [key for key in defaults(role) if key not in specs(role)] == []
    assert [key for key in specs(role) if not key.startswith(f"{role}_")] == []


@pytest.mark.parametrize("role", ROLES)
def test_each_option_of_a_role_says_its_type_and_what_it_is(role):
    silent = [key for key, spec in specs(role).items() if not (spec.get("type") and spec.get("description"))]

    assert silent == []


def test_each_make_target_that_people_type_has_its_line_of_help():
    makefile = (ROOT / "Makefile").read_text()

    assert set(TARGET.findall(makefile)) - NOT_TYPED == set(HELPED_TARGET.findall(makefile))


def test_each_relative_link_of_a_document_leads_somewhere():
    links = [(path, link) for path in files(".md") for link in LINK.findall(path.read_text())]
    local = [(path, link) for path, link in links if "://" not in link and not link.startswith("mailto:")]

    assert [(name(path), link) for path, link in local if not (path.parent / link).exists()] == []


def test_no_file_that_people_write_is_longer_than_three_hundred_lines():
    written = [path for path in files() if path.suffix in WRITTEN_BY_HAND and name(path) not in ANY_LENGTH]
    assert len(written) > 100
    long = {name(path): len(path.read_text().splitlines()) for path in written}

    assert {one: lines for one, lines in long.items() if lines > MOST_LINES} == {}


def test_no_task_ignores_its_errors():
    tasks = [path for suffix in (".yml", ".yaml") for path in files(suffix)]

    assert [name(path) for path in tasks if "ignore_errors" in path.read_text()] == []
