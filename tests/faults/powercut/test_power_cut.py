"""The power goes in the middle of a load, with the cache of the disk: what was acknowledged is there afterwards.

A container's disk survives whatever is killed in it; only a machine of its own shows what was flushed. It is emulated,
with a disk whose cache goes with the power. Two controls must lose rows, or the drill shows nothing.
"""

import random
import subprocess
import time
from pathlib import Path

import pytest

from testbed import engine, images
from testbed.bed import OWN
from testbed.shell import run

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]
SCRIPTS = Path(__file__).parent
CUTS = 3
BOOT_S, LOAD_S = 600, 300
CUT = "kill -KILL $(cat /vm/qemu.pid) $(cat /vm/nbdkit.pid)"


class Machine:
    """One that can be switched on, and whose power can be cut."""

    def __init__(self, container):
        self.container = container
        self.acknowledged = set()

    def do(self, script):
        return run("docker", "exec", self.container, "bash", "-c", script, timeout_s=1200)

    def new_disk(self):
        self.do("cp /vm/data.fresh /vm/data.raw")
        self.acknowledged = set()

    def said(self):
        """Whole lines: half of one was never said."""
        text = self.do("cat /vm/said 2>/dev/null || true")
        return [line.split() for line in text.rpartition("\n")[0].splitlines()]

    def on(self, cache="writeback", commit="on"):
        """Power on; what it finds on its disk, None where PostgreSQL does not come up."""
        self.do("rm -f /vm/said")
        script = f"/scripts/power_on.sh {cache} {commit} >/vm/err 2>&1"
        run("docker", "exec", "--detach", self.container, "nice", "-n", "10", "bash", "-c", script)
        if not self.until(lambda said: ["asks"] in said and len(said[-1]) == 2, BOOT_S):
            return None
        said = self.said()
        assert ["whole", "True"] in said, said[:20]
        runs = [range(int(words[1]), int(words[2]) + 1) for words in said if words[0] == "kept"]
        return {number for one in runs for number in one}

    def cut_in_the_middle_of(self, commits):
        """Cut the power once so many were committed since it is on."""
        there = self.until(lambda said: sum(words[0] == "committed" for words in said) >= commits, LOAD_S)
        assert there, self.do("cat /vm/err; tail -n 20 /vm/console")
        self.do(CUT)
        self.acknowledged |= {int(words[1]) for words in self.said() if words[0] == "committed"}

    def until(self, check, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            said = self.said()
            if said and check(said):
                return True
            time.sleep(1)
        return False


@pytest.fixture(scope="module")
def machine():
    engine.ensure()
    name = f"{OWN}powercut"
    subprocess.run(["docker", "rm", "--force", name], capture_output=True, check=False)
    image = images.droplet("debian-12")
    run(
        "docker", "run", "--detach", "--name", name, "--cpus", "1", "--entrypoint", "sleep", image, "infinity"
    )
    try:
        run("docker", "cp", str(SCRIPTS), f"{name}:/scripts")
        run("docker", "exec", name, "nice", "-n", "10", "/scripts/build.sh", "/scripts", timeout_s=1800)
        yield Machine(name)
    finally:
        subprocess.run(["docker", "rm", "--force", name], capture_output=True, check=False)


@pytest.fixture(autouse=True)
def switched_off(machine):
    machine.new_disk()
    yield
    machine.do(f"{CUT} 2>/dev/null || true")
    machine.do("rm -f /vm/*.pid")


def some_commits():
    """A moment that nobody chose."""
    return random.randint(150, 400)


def test_what_was_acknowledged_before_each_cut_is_there_after_it(machine):
    machine.on()
    for cut in range(CUTS):
        machine.cut_in_the_middle_of(some_commits())
        kept = machine.on()
        print(f"cut {cut + 1}: {len(machine.acknowledged)} acknowledged, {len(kept or ())} there")
        assert kept is not None, machine.do("tail -n 30 /vm/console")
        assert sorted(machine.acknowledged - kept) == []


# The controls: with either of them the same cut loses rows.
@pytest.mark.parametrize(("cache", "commit"), [("writeback", "off"), ("unsafe", "on")])
def test_a_cut_loses_rows_where(machine, cache, commit):
    machine.on(cache, commit)
    machine.cut_in_the_middle_of(some_commits())
    kept = machine.on(cache, commit)
    print(f"{cache}, {commit}: {len(machine.acknowledged)} acknowledged, {len(kept or ())} there")
    assert kept is None or machine.acknowledged - kept
