"""A release that is broken in any way leaves the one that works where it is. The checkout is copied, never touched."""

from pathlib import Path

import pytest

from testbed.bed import ROOT


@pytest.fixture(scope="module")
def release(play):
    """Release a checkout to the bed's droplet, as `make release` does."""
    return lambda source: play("release", "-e", f"release_source={source}")


@pytest.fixture(scope="module", autouse=True)
def the_checkout_runs(release):
    """Before and after, what runs is the checkout."""
    assert release(ROOT).returncode == 0
    yield
    assert release(ROOT).returncode == 0


def what_runs(owner):
    """Where `current` points, what the program calls itself, and which releases there are."""
    shown = owner(
        "readlink /opt/collector/current; collector --version; ls -A /opt/collector /opt/collector/releases"
    )
    current, version, rest = shown.split("\n", 2)
    return current, version, rest


def does_not_import(source):
    with (source / "collector/cli.py").open("a") as file:
        file.write('\nraise ImportError("broken on purpose")\n')


def does_not_migrate(source):
    number = len(list((source / "sql/migrations").glob("*.sql"))) + 1
    (source / f"sql/migrations/{number:04}_broken_on_purpose.sql").write_text("select 1 / 0;\n")


def is_not_healthy(source):
    with (source / "collector/cli.py").open("a") as file:
        file.write(
            "\nworks = main\n\n\ndef main(argv=None):\n    return 1 if 'status' in sys.argv else works(argv)\n"
        )


def is_not_what_it_says(source):
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
def test_a_broken_release_never_replaces_the_one_that_works(release, owner, source, break_it, step):
    before = what_runs(owner)
    break_it(source)
    tried = release(source)
    assert tried.returncode != 0
    assert "NOT RELEASED" in tried.stdout
    assert step in tried.stdout
    assert what_runs(owner) == before


def test_what_a_killed_release_left_is_not_in_the_way_of_the_next(release, owner, source):
    before = what_runs(owner)[0]
    owner("sudo mkdir -p /opt/collector/releases/0.0.0+killed/venv/bin")
    owner("sudo ln -sfn releases/0.0.0+killed /opt/collector/current.new")
    done = release(source)
    assert done.returncode == 0, done.stdout
    current, version, rest = what_runs(owner)
    assert current != before
    assert version.split()[-1] == Path(current).name
    assert "killed" not in rest
    assert "current.new" not in rest
    assert Path(before).name in rest


def test_who_releases_while_somebody_else_does_is_told_who_and_changes_nothing(release, owner, source):
    before = what_runs(owner)
    owner("echo 'ada@desk, since noon' | sudo tee /opt/collector/.release.lock")
    owner("sudo systemd-run --unit=holds-the-lock flock /opt/collector/.release.lock sleep 600")
    try:
        tried = release(source)
    finally:
        owner("sudo systemctl stop holds-the-lock.service")
    assert tried.returncode != 0
    assert "ada@desk, since noon is releasing" in tried.stdout
    assert what_runs(owner) == before
