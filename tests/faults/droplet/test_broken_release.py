"""A release that is broken in any way leaves the one that works where it is. The checkout is copied, never touched."""

import contextlib
import os
import re
import signal
from pathlib import Path

import pytest

from testbed.bed import ROOT
from testbed.shell import wait_until

NEWEST = "select version from ops.releases order by released_at desc limit 1"
LOCKED = "darkpool-drill-lock.service"
# The release that runs, alone on a file system of its own; what else is kept lies below, and comes back.
SMALL = """
cd /opt/collector; mkdir /run/small; mount -t tmpfs -o mode=0755,{options} small /run/small
cp -a --parents current releases/$(basename $(readlink current)) /run/small
touch /run/small/.release.lock; mount --bind /run/small /opt/collector
"""
WHOLE = """
umount --lazy /opt/collector; umount --lazy /run/small; rmdir /run/small
"""


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


def reads_nothing(source):
    """It starts, migrates and shows; only its parser is broken."""
    with (source / "collector/jobs/answer.py").open("a") as file:
        file.write(
            "\n\ndef read(source, rows, seen):\n    return [], [Reject('broken', '{}') for _ in rows]\n"
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
        (reads_nothing, "none of 500 rows could be read and stored"),
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
    who = f"{os.environ.get('USER') or 'somebody'}@{os.uname().nodename}"
    owner(f"sudo touch /opt/collector/incoming-{who}.tar")
    owner("sudo ln -sfn releases/0.0.0+killed /opt/collector/current.new")
    done = release(source)
    assert done.returncode == 0, done.stdout
    current, version, rest = what_runs(owner)
    assert current != before
    assert version.split()[-1] == Path(current).name
    assert "killed" not in rest
    assert "current.new" not in rest
    assert "incoming" not in rest
    assert Path(before).name in rest


@contextlib.contextmanager
def held(owner, command):
    """Let the server hold a lock that a release waits for; psql gives its own back when it is interrupted."""
    owner(f"sudo systemd-run --quiet --collect --unit={LOCKED} -p KillSignal=SIGINT {command}")
    try:
        yield
    finally:
        owner(f"sudo systemctl stop {LOCKED}")


def seen(owner, pattern):
    return owner(f"pgrep -f '{pattern}' || true") != ""


def test_of_two_who_release_at_once_one_does_and_the_other_leaves_with_its_name(
    release, begin_release, owner, source
):
    before = what_runs(owner)[0]
    with held(owner, "flock --shared /usr/local/lib/darkpool sleep 600"):
        first = begin_release(source, USER="ada")
        wait_until("its installation", lambda: seen(owner, "[p]ip install"), 600)
        with (source / "collector/__init__.py").open("a") as file:
            file.write("# Another one.\n")
        second = release(source)
        assert what_runs(owner)[0] == before
    said, _ = first.communicate(timeout=600)
    assert second.returncode != 0
    assert re.search(
        r"NOT RELEASED: ada@\S+, since 2\S+ is releasing: wait until that is done", second.stdout
    ), second.stdout
    assert first.returncode == 0, said
    assert what_runs(owner)[0] != before


@pytest.fixture
def full(bed, request):
    """Let the disk of the releases be as large as a line of shell says."""
    bed.execute("droplet", "sh", "-euc", SMALL.format(options=request.param))
    yield
    bed.execute("droplet", "sh", "-euc", WHOLE)


@pytest.mark.parametrize(
    ("full", "line"),
    [
        ("size=$(( $(du -sm current/ | cut -f1) + 40 ))m", r"has \d+ MB left and a release needs \d+: "),
        ("nr_inodes=$(( $(find current/ | wc -l) + 200 ))", r"NOT RELEASED: .*No space left on device"),
    ],
    ids=["before", "on the way"],
    indirect=["full"],
)
@pytest.mark.usefixtures("full")
def test_a_disk_that_is_full_leaves_the_one_that_works_and_says_so(release, owner, source, line):
    before = what_runs(owner)
    tried = release(source)
    said = " ".join(tried.stdout.split())
    assert tried.returncode != 0
    assert re.search(line, said), said
    assert "docs/runbooks/disk-full.md" in said
    assert what_runs(owner) == before


def descendants(process):
    """Return the numbers of all processes below one, as /proc knows them now."""
    try:
        below = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []
    return [each for child in below for each in (int(child), *descendants(child))]


@pytest.fixture
def laptop_dies(begin_release, owner):
    """Begin a release, and kill everything of it on the laptop while a step is at work on the server."""

    def dies(source, step):
        begun = begin_release(source)
        wait_until(step, lambda: seen(owner, step), 600)
        # Not by its group: what holds the connection has one of its own, and would outlive the laptop.
        for process in [begun.pid, *descendants(begun.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        begun.communicate()
        wait_until("the end of Ansible's part there", lambda: not seen(owner, "[m]itogen:"), 600)

    return dies


def one_release_runs(owner, rows):
    """Return which; the command, the stream, the database and the folders must agree."""
    wait_until("the release's end", lambda: not seen(owner, "[a]ctivate.py"), 600)
    current, version, rest = what_runs(owner)
    runs = Path(current).name
    mapped = f"sudo grep -c /releases/{runs}/ /proc/$(systemctl show -P MainPID collector-stream.service)/maps || true"
    wait_until(f"the stream with {runs}", lambda: int(owner(mapped) or 0) > 0, 600)
    assert version.split()[-1] == runs
    assert rows(NEWEST) == [[runs]]
    assert (
        owner("cd /opt/collector/releases; for one in *; do ls $one/release.json >/dev/null; done 2>&1") == ""
    )
    assert "incoming" not in rest
    assert "current.new" not in rest
    return runs


def test_a_laptop_that_dies_while_the_new_one_is_installed_leaves_the_old_one(
    laptop_dies, release, owner, rows, source
):
    before = one_release_runs(owner, rows)
    laptop_dies(source, "[p]ip install")
    assert one_release_runs(owner, rows) == before
    assert release(source).returncode == 0
    assert one_release_runs(owner, rows) != before


def test_a_laptop_that_dies_when_the_new_one_is_written_down_leaves_the_new_one_running_everywhere(
    laptop_dies, owner, rows, source
):
    before = one_release_runs(owner, rows)
    lock = "begin; lock table ops.releases in share mode; select pg_sleep(600)"
    with held(owner, f"runuser -u postgres -- psql -d darkpool -c '{lock}'"):
        laptop_dies(source, "psql -XqAt -d darkpool -v [O]N_ERROR")
    assert one_release_runs(owner, rows) != before
