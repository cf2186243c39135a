"""How long a dump and its restore take as the role backup does them, beside pg_dump -Fc and pg_restore as they come.

In one droplet of the test bed (2 GB; a PostgreSQL whose pg_dump knows zstd), from the same database, in turns: our own
functions as they are installed there. What comes back is compared.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from append_load import begin, shell  # noqa: E402 - beside this file
from partitions import FILL, FIRST  # noqa: E402 - same

from testbed import bed as beds  # noqa: E402 - found by the line above
from testbed.shell import run  # noqa: E402 - same

MOST = 0.6
SYSTEM = "debian-13"
MONTHS = 6
FOLDER = "/srv/bench"
# Made by our own functions, and by the programs with what they do by themselves.
LIB = "PYTHONPATH=/usr/local/lib/darkpool-backup PYTHONDONTWRITEBYTECODE=1 python3 -c"
MAKE = f"""
install -d -o postgres -m 0755 {FOLDER}; chmod 644 /srv/schema.sql
runuser -u postgres -- createdb bench
runuser -u postgres -- psql -Xq -v ON_ERROR_STOP=1 -d bench -f /srv/schema.sql
runuser -u postgres -- psql -Xq -v ON_ERROR_STOP=1 -d bench
"""
AS = "cd /; runuser -u postgres --"
CODE = "import darkpool_backup as b; print(b.compression(b.output(['pg_dump', '--version'])))"
FILLED = f"import filled; from pathlib import Path; filled.fill(Path('{FOLDER}'), 'bench_ours')"
STEPS = {
    ("dump", "ours"): f'{AS} pg_dump -Fc "$(cat {FOLDER}/compression)" -f {FOLDER}/darkpool.dump bench',
    ("dump", "plain"): f"{AS} pg_dump -Fc -f {FOLDER}/plain.dump bench",
    ("restore", "ours"): f'{LIB} "{FILLED}"',
    ("restore", "plain"): f"{AS} createdb -T template0 bench_plain;"
    f" {AS} pg_restore -d bench_plain {FOLDER}/plain.dump",
}
# Not timed: what a step left for later (dirty pages, log to be archived, rows to be vacuumed) is not the next one's.
SETTLE = f"""
{AS} psql -Xq -c checkpoint
until [ -z "$(find /var/lib/postgresql/*/main/pg_wal/archive_status -name '*.ready')" ]; do sleep 0.2; done
"""
HELD = "select count(*), sum(hashtextextended(t::text, 0)) from trading.darkpool_trades t"
END = (
    f"for one in bench bench_ours bench_plain; do {AS} dropdb --if-exists --force $one; done; rm -rf {FOLDER}"
)
# What the whole droplet computed so far, in ns: of a step this is the same however busy the machine beneath it is.
CPU = (
    "cat /sys/fs/cgroup/cpuacct/cpuacct.usage 2>/dev/null"
    " || awk '/^usage_usec/ {print $2 * 1000}' /sys/fs/cgroup/cpu.stat"
)
# By step and way: seconds of each round, and seconds of the processor in them.
Took = dict[tuple[str, str], list[tuple[float, float]]]


def fill(bed: beds.Bed, rows: int) -> None:
    """A database of so many prints, with our tables, partitions and indexes."""
    run("docker", "cp", str(ROOT / "sql/schema.sql"), f"{bed.container('droplet')}:/srv/schema.sql")
    days = ", ".join(f"'{FIRST}'::date + 31 * {number}" for number in range(MONTHS + 1))
    step = f"'{30.4 * MONTHS * 86400 / rows:.3f} s'"
    prints = FILL % {"first": f"'{FIRST} 12:00+00'", "step": step, "rows": rows}
    script = (
        f"select count(ops.make_partitions('darkpool_trades', array[{days}]));\n{prints};\nvacuum analyze;"
    )
    shell(bed, f"{MAKE.strip()} <<'END'\n{script}\nEND", timeout_s=1800)


def give(bed: beds.Bed, cpus: int, at_least: int) -> None:
    """So much time of so many processors: as on a droplet, a program that counts them finds no more."""
    seen = f"--cpuset-cpus=0-{max(cpus, at_least) - 1}"
    run("docker", "update", f"--cpus={cpus}", seen, bed.container("droplet"))


def measure(bed: beds.Bed, rounds: int) -> tuple[Took, dict[str, int]]:
    """Each step by both ways in turns, and how large the dumps are; what came back is what was there."""
    took: Took = {}
    shell(bed, f'{LIB} "{CODE}" >{FOLDER}/compression')
    for _ in range(rounds):
        for (step, way), script in STEPS.items():
            made = f"bench_{way}"
            if step == "restore":
                shell(bed, f"chmod 644 {FOLDER}/*.dump; {AS} dropdb --if-exists --force {made}")
            shell(bed, SETTLE)
            took.setdefault((step, way), []).append(timed(bed, script))
            if step == "restore":
                shell(bed, f"{AS} vacuumdb -qz {made}")
        held = {
            shell(bed, f'{AS} psql -XAtd {one} -c "{HELD}"') for one in ("bench", "bench_ours", "bench_plain")
        }
        assert len(held) == 1, held
    sizes = shell(bed, f"stat -c %s {FOLDER}/darkpool.dump {FOLDER}/plain.dump").split()
    return took, dict(zip(("ours", "plain"), map(int, sizes), strict=True))


def timed(bed: beds.Bed, script: str) -> tuple[float, float]:
    """Seconds of the clock and of the processor."""
    begun, computed = time.monotonic(), float(shell(bed, CPU))
    shell(bed, script, timeout_s=1800)
    return time.monotonic() - begun, (float(shell(bed, CPU)) - computed) / 1e9


def report(took: Took, sizes: dict[str, int]) -> tuple[float, float]:
    """Print medians, and return how ours stand to plain: seconds, and bytes."""
    print("| step | ours, s | plain, s | ours / plain | ours, CPU s | plain, CPU s | ours / plain |")
    print("|---|---|---|---|---|---|---|")
    medians = {
        one: [statistics.median(kind) for kind in zip(*rounds, strict=True)] for one, rounds in took.items()
    }
    for way in sizes:
        steps = zip(medians["dump", way], medians["restore", way], strict=True)
        medians["both", way] = [dumped + restored for dumped, restored in steps]
    for step in ("dump", "restore", "both"):
        pairs = zip(medians[step, "ours"], medians[step, "plain"], strict=True)
        cells = [f"{ours:.1f} | {plain:.1f} | {ours / plain:.2f}" for ours, plain in pairs]
        print(f"| {step} | {' | '.join(cells)} |")
    larger = sizes["ours"] / sizes["plain"]
    print(f"\nMiB of the dump: {sizes['ours'] / 2**20:.1f} and {sizes['plain'] / 2**20:.1f}, {larger:.2f}")
    return medians["both", "ours"][0] / medians["both", "plain"][0], larger


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--name", help="a converged bed that runs (default: one of its own)")
    options.add_argument("--rows", type=int, default=3_000_000, help="prints (default: %(default)s)")
    options.add_argument("--rounds", type=int, default=3, help="in turns (default: %(default)s)")
    options.add_argument("--cpus", type=int, default=1, help="of the droplet (default: %(default)s)")
    given = options.parse_args()
    bed = beds.Bed(given.name, SYSTEM) if given.name else beds.Bed("bench-dump", SYSTEM)
    try:
        if not given.name:
            begin(bed)
        give(bed, given.cpus, 1)
        fill(bed, given.rows)
        took, sizes = measure(bed, given.rounds)
    finally:
        if given.name:
            give(bed, 1, os.cpu_count() or 1)
            shell(bed, END)
        else:
            beds.down(bed)
    ratio, larger = report(took, sizes)
    return 0 if ratio <= MOST and larger <= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
