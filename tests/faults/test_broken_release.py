"""A release that is broken in any way leaves the one that works where it is.

Needs a droplet; DARKPOOL_TESTBED_INVENTORY names its inventory. The checkout is copied, never touched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import testinfra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from testinfra.host import Host

ROOT = Path(__file__).parents[2]
PARTS = ("collector", "analysis", "sql", "pyproject.toml", "uv.lock", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def inventory() -> str:
    named = os.getenv("DARKPOOL_TESTBED_INVENTORY")
    assert named, "set DARKPOOL_TESTBED_INVENTORY to the inventory of a test bed's droplet"
    return named


@pytest.fixture(scope="module")
def droplet(inventory: str) -> Host:
    hosts: list[Host] = testinfra.get_hosts(["ansible://droplets"], ansible_inventory=inventory, sudo=True)
    return hosts[0]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, tmp_path / part)
    return tmp_path


@pytest.fixture(scope="module", autouse=True)
def the_checkout_runs(inventory: str) -> Iterator[None]:
    """Before and after, what runs is the checkout."""
    assert release(inventory, ROOT).returncode == 0
    yield
    assert release(inventory, ROOT).returncode == 0


def release(inventory: str, source: Path) -> subprocess.CompletedProcess[str]:
    playbook = ROOT / "ansible/playbooks/release.yml"
    command = ["ansible-playbook", "-i", inventory, str(playbook), "-e", f"release_source={source}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def what_runs(droplet: Host) -> tuple[str, str, str]:
    """Where `current` points, what the program calls itself, and which releases there are."""
    shown = droplet.check_output(
        "readlink /opt/collector/current; collector --version; ls -A /opt/collector /opt/collector/releases"
    )
    current, version, rest = shown.split("\n", 2)
    return current, version, rest


def does_not_import(source: Path) -> None:
    with (source / "collector/cli.py").open("a") as file:
        file.write('\nraise ImportError("broken on purpose")\n')


def does_not_migrate(source: Path) -> None:
    number = len(list((source / "sql/migrations").glob("*.sql"))) + 1
    (source / f"sql/migrations/{number:04}_broken_on_purpose.sql").write_text("select 1 / 0;\n")


def is_not_healthy(source: Path) -> None:
    with (source / "collector/cli.py").open("a") as file:
        file.write(
            "\nworks = main\n\n\ndef main(argv=None):\n    return 1 if 'status' in sys.argv else works(argv)\n"
        )


def is_not_what_it_says(source: Path) -> None:
    environment = source / "collector/jobs/environment.py"
    environment.write_text(environment.read_text().replace('version("darkpool")', '"0.0.0"'))


@pytest.mark.parametrize(
    ("break_it", "step"),
    [
        (does_not_import, "start"),
        (is_not_what_it_says, "calls itself"),
        (does_not_migrate, "migrate"),
        (is_not_healthy, "status"),
    ],
)
def test_a_broken_release_never_replaces_the_one_that_works(
    inventory: str, droplet: Host, source: Path, break_it: Callable[[Path], None], step: str
) -> None:
    before = what_runs(droplet)
    break_it(source)
    tried = release(inventory, source)
    assert tried.returncode != 0
    assert "NOT RELEASED" in tried.stdout
    assert step in tried.stdout
    assert what_runs(droplet) == before


def test_what_a_killed_release_left_is_not_in_the_way_of_the_next(
    inventory: str, droplet: Host, source: Path
) -> None:
    before = what_runs(droplet)[0]
    droplet.check_output("mkdir -p /opt/collector/releases/0.0.0+killed/venv/bin")
    droplet.check_output("ln -sfn releases/0.0.0+killed /opt/collector/current.new")
    with (source / "collector/cli.py").open("a") as file:
        file.write("\n# another release\n")
    done = release(inventory, source)
    assert done.returncode == 0, done.stdout
    current, version, rest = what_runs(droplet)
    assert current != before
    assert version.split()[-1] == Path(current).name
    assert "killed" not in rest
    assert "current.new" not in rest
    assert Path(before).name in rest


def test_who_releases_while_somebody_else_does_is_told_who_and_changes_nothing(
    inventory: str, droplet: Host, source: Path
) -> None:
    before = what_runs(droplet)
    (source / "collector/__init__.py").write_text('"""Yet another release."""\n')
    droplet.check_output("echo 'ada@desk, since noon' > /opt/collector/.release.lock")
    droplet.check_output("systemd-run --unit=holds-the-lock flock /opt/collector/.release.lock sleep 600")
    try:
        tried = release(inventory, source)
    finally:
        droplet.check_output("systemctl stop holds-the-lock.service")
    assert tried.returncode != 0
    assert "ada@desk, since noon is releasing" in tried.stdout
    assert what_runs(droplet) == before
