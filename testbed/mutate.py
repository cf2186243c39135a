"""`make mutate`: break a converged server in one way at a time; the infra tests that are named for it must turn red."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import multiprocessing
import os
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis  # noqa: F401 -- for the children
import pytest
import testinfra.plugin  # noqa: F401 -- same

from testbed import bed as beds
from testbed import droplet, engine, mutations, progress, session, simulator, world
from testbed.shell import TestbedError, fail, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from testbed.mutations import Mutation

# A child begins with everything imported: two thirds of a small run of pytest is its start.
FORK = multiprocessing.get_context("fork")
QUIET = ("--quiet", "--no-header", "--tb=no", "-p", "no:cacheprovider", "--hosts=ssh://droplet", "--sudo")
LOGS = beds.ROOT / ".cache" / "mutate"
SIMULATOR = ("--seed", "7", "--prints-per-day", "4000", "--requests-per-minute", "6000")


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What one mutation did to the tests."""

    mutation: Mutation
    red: frozenset[str]
    still_red: frozenset[str]
    seconds: float
    broken: str = ""

    @property
    def problem(self) -> str:
        """Say what is wrong with the tests, or with the undoing; nothing if all is well."""
        if self.broken:
            return f"NOT TRIED: {self.broken}"
        silent = [
            test for test in self.mutation.red if test not in {one.partition("[")[0] for one in self.red}
        ]
        if silent:
            return f"SURVIVED: {', '.join(silent)} stayed green"
        if self.still_red:
            return f"NOT UNDONE: {', '.join(sorted(self.still_red))} stays red"
        return ""

    def line(self) -> str:
        """One row of the table."""
        caught = f"{len(self.red)} red: {', '.join(sorted({one.partition('[')[0] for one in self.red}))}"
        return f"{self.seconds:5.1f} s  {self.mutation.name:<58}  {self.problem or caught}"


def red(bed: beds.Bed, tests: Sequence[str]) -> frozenset[str]:
    """Run infra tests against the bed's droplet; return those that fail, as file::test[parameters].

    Raises:
        TestbedError: they did not run at all, such as when a name is wrong.
    """
    with tempfile.TemporaryDirectory() as folder:
        report, said = Path(folder) / "report.xml", Path(folder) / "said"
        words = [*QUIET, f"--ssh-config={bed.ssh_config()}", f"--junitxml={report}", *dict.fromkeys(tests)]
        asked = FORK.Process(target=_ask, args=(words, said))
        asked.start()
        asked.join()
        if asked.exitcode not in (0, 1):
            raise TestbedError(f"the infra tests did not run:\n{said.read_text()[-1500:]}")
        cases = ET.parse(report).iter("testcase")  # noqa: S314 -- pytest wrote it a moment ago
        return frozenset(
            f"{case.get('classname', '').rpartition('.')[2]}.py::{case.get('name')}"
            for case in cases
            if case.find("failure") is not None or case.find("error") is not None
        )


def _ask(words: Sequence[str], said: Path) -> None:
    """Run pytest in this child, its words into a file."""
    os.chdir(beds.ROOT)
    with said.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.exit(pytest.main(list(words)))


def examine(bed: beds.Bed, mutation: Mutation) -> Outcome:
    """Apply one mutation, ask the named tests, undo it, ask again those that were red."""
    started, noticed, broken = time.monotonic(), frozenset[str](), ""
    try:
        bed.execute("droplet", "bash", "-euc", mutation.applied())
        noticed = red(bed, mutation.tests())
    except TestbedError as problem:
        broken = str(problem).splitlines()[-1]
    finally:
        bed.execute("droplet", "bash", "-euc", mutation.undone())
    named = [f"{mutations.INFRA}/{test}" for test in sorted({one.partition("[")[0] for one in noticed})]
    still_red = red(bed, named) if named else frozenset[str]()
    return Outcome(mutation, noticed, still_red, time.monotonic() - started, broken)


def examine_all(bed: beds.Bed, chosen: Sequence[Mutation]) -> Iterator[Outcome]:
    """Examine each in turn, after the named tests were seen to be green on the server as it is.

    Raises:
        TestbedError: a named test is red although nothing was broken.
    """
    before = red(bed, [test for mutation in chosen for test in mutation.tests()])
    if before:
        raise TestbedError(f"red before anything was broken: {', '.join(sorted(before))}")
    for mutation in chosen:
        yield examine(bed, mutation)


def main(words: Sequence[str] | None = None) -> None:
    """Make a server unless one is named, examine, print the table."""
    arguments = _parser().parse_args(words)
    here = [one for one in mutations.all_of_them() if one.scenario == arguments.scenario]
    chosen = [one for one in here if arguments.only in one.name]
    if arguments.sample:
        chosen = mutations.sample(chosen, arguments.sample, arguments.seed)
    bed = beds.Bed(arguments.name or "mutate", arguments.system)
    try:
        if not arguments.name:
            _make(bed)
        problems = _report(bed, chosen)
    except TestbedError as problem:
        fail(str(problem))
    if not arguments.name:
        beds.down(bed)
    sys.exit(1 if problems else 0)


def _report(bed: beds.Bed, chosen: Sequence[Mutation]) -> int:
    """Print a line as each is done; return how many had a problem."""
    started, problems = time.monotonic(), []
    for outcome in examine_all(bed, chosen):
        print(outcome.line(), flush=True)
        if outcome.problem:
            problems.append(outcome)
            print(f"         why it matters: {outcome.mutation.why}", flush=True)
    print(
        f"{len(chosen)} mutations, {len(chosen) - len(problems)} noticed and undone, {time.monotonic() - started:.0f} s"
    )
    return len(problems)


def _make(bed: beds.Bed) -> None:
    """A fresh server, as a deploy leaves it after a day's work."""
    engine.ensure()
    beds.network_up(bed)
    world.leave(bed)
    simulator.up(bed, SIMULATOR)
    world.enter(bed, dt.time(15, 40))
    droplet.up(bed, fresh=True)
    os.environ["TESTBED_FOLDER"] = str(bed.folder)
    for playbook in ("site", "release"):
        progress.play(f"ansible/playbooks/{playbook}.yml", "inventory/demo", LOGS / f"{playbook}.log")
    for line in session.play(bed):
        say(line)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m testbed.mutate", description=__doc__)
    parser.add_argument(
        "--name", help="a test bed that is converged already and stays up (default: makes its own)"
    )
    parser.add_argument("--system", default="debian-12", help="operating system of its own bed")
    parser.add_argument("--only", default="", help="those with this in their name")
    parser.add_argument(
        "--scenario", default="", help="those of this scenario's server alone, given by --name"
    )
    parser.add_argument("--sample", type=int, default=0, help="so many, chosen by --seed (default: all)")
    parser.add_argument("--seed", type=int, default=0)
    return parser


if __name__ == "__main__":
    main()
