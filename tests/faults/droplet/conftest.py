"""Drills against a whole machine of the test bed: it is attacked, killed and rebooted here, never a live droplet.

Which bed: the environment variable TESTBED_NAME (Molecule sets it), else the demo's.
"""

import contextlib
import itertools
import os
import secrets
import shutil
import subprocess
from pathlib import Path

import pytest

from testbed import bed as beds
from testbed import session, simulator
from testbed.shell import run

# What a release is made of.
PARTS = ("collector", "analysis", "sql", "pyproject.toml", "uv.lock", "README.md", "LICENSE")
FOLDER = Path(__file__).parent
LISTENER = FOLDER / "listener.py"
# What differs by system (its sshd, fail2ban, PostgreSQL, kernel's view) is drilled on both; what is our own code's
# doing on any, on one, and each of the two has half of it: docs/decisions/0032.
ON_DEBIAN_12_ALONE = [
    "test_alerts_arrive.py",
    "test_another_major.py",
    "test_broken_release.py",
    "test_causes_told.py",
    "test_clock_changes.py",
    "test_jobs_and_releases.py",
    "test_market_hours.py",
    "test_mutations.py",
    "test_rollback.py",
    "test_the_stream_dies.py",
]
# The newer pgBackRest; of the older one the lost droplet's drill shows that it archives and restores.
ON_DEBIAN_13_ALONE = [
    "test_archive_at_night.py",
    "test_backup_faults.py",
    "test_backups_from_the_laptop.py",
    "test_disk_full.py",
    "test_drift.py",
    "test_flipped_byte.py",
    "test_metadata_service.py",
    "test_postgresql_under_load.py",
    "test_restore.py",
    "test_restore_drill.py",
    "test_tunnel.py",
]
# Ten minutes of small uploads; each run goes off-site and comes back in faults/lost_droplet. By hand: TESTBED_NAME.
BY_HAND = ["test_offsite.py"]
collect_ignore = {
    "debian-12": [*ON_DEBIAN_13_ALONE, *BY_HAND],
    "debian-13": [*ON_DEBIAN_12_ALONE, *BY_HAND],
}.get(os.environ.get("SYSTEM", ""), [])


@pytest.fixture(scope="session")
def bed():
    found = beds.Bed(os.environ.get("TESTBED_NAME", "demo"))
    assert found.is_running("droplet"), (
        f"the droplet of the bed {found.name} does not run; `make demo` starts one"
    )
    return found


@pytest.fixture(scope="session")
def owner(bed):
    """Run a command as the owner would: over ssh, as the admin."""

    def command(words, timeout_s=600):
        return session.on_droplet(bed, words, timeout_s=timeout_s)

    return command


@pytest.fixture(scope="session")
def play(bed):
    """Run a playbook on the bed as the Makefile does; what ended, and what it said."""

    def run_it(name, *options):
        command = ["ansible-playbook", "-i", "inventory/demo", f"ansible/playbooks/{name}.yml", *options]
        return subprocess.run(
            command, cwd=beds.ROOT, env={**os.environ, "TESTBED_FOLDER": str(bed.folder)},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run_it


@pytest.fixture(scope="module")
def begin_release(bed):
    """Begin to release a checkout as `make release` does, as processes of one group; afterwards all have ended."""
    with contextlib.ExitStack() as ends:

        def begin(source, *options, **environment):
            command = ["ansible-playbook", "-i", "inventory/demo", "ansible/playbooks/release.yml"]
            begun = subprocess.Popen(
                [*command, "-e", f"release_source={source}", *options], cwd=beds.ROOT, start_new_session=True,
                env={**os.environ, "TESTBED_FOLDER": str(bed.folder), **environment}, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            )  # fmt: skip
            ends.callback(begun.wait)
            return begun

        yield begin


@pytest.fixture
def source(tmp_path):
    """A copy of the checkout that is told apart from all that was ever released by one line."""
    skip = shutil.ignore_patterns("__pycache__")
    for part in PARTS:
        origin, copy = beds.ROOT / part, tmp_path / "checkout" / part
        copy.parent.mkdir(exist_ok=True)
        shutil.copytree(origin, copy, ignore=skip) if origin.is_dir() else shutil.copy(origin, copy)
    mark = f'"""Release {tmp_path.name} {secrets.token_hex(4)}."""\n'
    (tmp_path / "checkout/collector/__init__.py").write_text(mark)
    return tmp_path / "checkout"


@pytest.fixture(scope="session")
def truth(bed):
    """Ask the simulator what it would serve now, and set its switches."""

    def ask(path, body=None):
        return simulator.ask(bed, path, body)

    return ask


@pytest.fixture(scope="session")
def rows(owner):
    """Ask the database as the collector; answers are lists of columns, as text."""

    def ask(query):
        answer = owner(f"sudo -u collector psql -XAtq -F '|' darkpool <<'SQL'\n{query}\nSQL")
        return [line.split("|") for line in answer.splitlines()]

    return ask


@pytest.fixture(scope="session")
def lost_prints(rows, truth):
    """Hold a symbol's day against the truth, row for row: what is missing, and what is stored that was never served.

    Until the evening's sweep a print that was cancelled since is known, and its cancelling is not.
    """

    def compare(symbol, date, *, swept=True):
        columns = ("tracking_id", "price", "size", "volume", *["canceled"] * swept)
        served = truth(f"/_truth/darkpool?symbol={symbol}&date={date}")["prints"]
        wanted = {tuple(str(row[name]).lower() for name in columns) for row in served}
        assert wanted, f"the truth of {symbol} on {date} is empty"
        found = rows(f"""
            select {", ".join(f"{name}::text" for name in columns)} from trading.darkpool_trades
            where symbol = '{symbol}' and (executed_at at time zone 'America/New_York')::date = '{date}'""")
        stored = {tuple(row) for row in found}
        assert len(found) == len(stored), "a print is stored twice"
        return sorted(wanted - stored), sorted(stored - wanted)

    return compare


@pytest.fixture(scope="module")
def stranger(bed):
    """Start machines that are nobody's, each with an address of its own, and end them afterwards."""
    numbers = itertools.count(1)
    started = []

    def start():
        part = f"stranger-{next(numbers)}"
        beds.lab_up(bed, part)
        started.append(part)
        return Stranger(bed, part)

    yield start
    for part in started:
        beds.remove(bed, part)


@contextlib.contextmanager
def unheeded(bed, stranger):
    """Let fail2ban look away from a stranger: what it does about many tries is asked elsewhere."""
    bed.execute("droplet", "fail2ban-client", "unban", "--all")
    bed.execute("droplet", "fail2ban-client", "set", "sshd", "addignoreip", stranger.address)
    yield stranger
    bed.execute("droplet", "fail2ban-client", "set", "sshd", "delignoreip", stranger.address)


def forget_knocks(bed):
    """Let the firewall forget who knocked how often, for the same reason."""
    bed.execute("droplet", "sh", "-c", "echo / >/proc/net/xt_recent/DEFAULT")


def by_family(bed, part):
    """Return the part's addresses by the option that stands for their protocol in ssh, ip and nmap.

    Where the engine makes no IPv6, there is nothing to attack: the bed says so, and the droplet has no such address.
    """
    found = {"-4": beds.address(bed, part), "-6": beds.address_v6(bed, part)}
    return {family: address for family, address in found.items() if address}


class Stranger:
    """A second machine on the droplet's network."""

    def __init__(self, bed, part):
        self.bed = bed
        self.part = part
        self.address = beds.address(bed, part)
        self.target = beds.address(bed, "droplet")
        self.addresses = by_family(bed, part)
        self.targets = by_family(bed, "droplet")

    def do(self, command, timeout_s=600):
        """Run a shell command there; return everything that it said and its exit code."""
        wrapped = f"({command}) 2>&1; echo exit=$?"
        said = run("docker", "exec", self.bed.container(self.part), "sh", "-c", wrapped, timeout_s=timeout_s)
        text, _, code = said.rpartition("exit=")
        return text, int(code)

    def ssh(self, user, *options, password=None, target=None):
        """Try to log in to the droplet, over IPv4 unless an address says otherwise."""
        first = f"sshpass -p {password} " if password else ""
        known = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5"
        return self.do(
            f"{first}ssh {known} -o NumberOfPasswordPrompts=1 {' '.join(options)} {user}@{target or self.target} id"
        )

    def listens(self, *ports):
        """Answer on these ports from now on: TCP and UDP, IPv4 and IPv6."""
        name = self.bed.container(self.part)
        run("docker", "cp", LISTENER, f"{name}:/root/listener.py")
        run("docker", "exec", "--detach", name, "python3", "/root/listener.py", *map(str, ports))

    def carry(self, key):
        """Put a private key there, as a thief would."""
        run("docker", "cp", key, f"{self.bed.container(self.part)}:/root/key")
        run("docker", "exec", self.bed.container(self.part), "chown", "root:root", "/root/key")
