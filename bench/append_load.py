"""How fast pages of prints are appended with our settings, beside the distribution's defaults on the same machine.

Two throwaway clusters in one droplet of the test bed (2 GB, one CPU), both with checksums: one with the settings that
the role wrote there, one as the package makes it. pgbench appends pages of 500 prints, with our keys, in turns.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from provision import site  # noqa: E402 - beside this file

from testbed import bed as beds  # noqa: E402 - found by the line above
from testbed import droplet, engine  # noqa: E402 - same

CLUSTERS = {"ours": 5501, "stock": 5502}
PAGE = 500  # as in the statement below
TABLE = """
create table prints (tracking_id bigint, symbol text not null, price numeric not null, size int not null, volume bigint,
    executed_at timestamptz not null, created_at timestamptz not null default now(),
    primary key (symbol, executed_at, tracking_id));
create index on prints using brin (executed_at); create index on prints (symbol, created_at)
"""
APPEND = """
\\set first random(1, 1000000000000)
insert into prints select :first + n, 'SPY', 600 + n / 100.0, n, n * 1000, now() + n * interval '1 ms'
from generate_series(1, 500) n;
"""
MAKE = """
pg_createcluster --port {port} $major {name} >/dev/null
if [ {name} = ours ]; then cp /etc/postgresql/$major/main/conf.d/*.conf /etc/postgresql/$major/ours/conf.d/; fi
for file in /etc/postgresql/$major/{name}/conf.d/*.conf; do
    [ ! -e $file ] || sed -i 's/^port = .*/port = {port}/; s/^logging_collector = .*//' $file
done
pg_ctlcluster $major {name} start
runuser -u postgres -- createdb -p {port} load
runuser -u postgres -- psql -Xq -p {port} -d load -c "{table}"
"""
LOAD = """
pgbench=/usr/lib/postgresql/$major/bin/pgbench
runuser -u postgres -- $pgbench -n -p {port} -c 2 -j 1 -T {seconds} -f /tmp/append.sql load
runuser -u postgres -- psql -XAtq -p {port} -d load -c "select 'wal ' || wal_bytes from pg_stat_wal"
"""


def shell(bed: beds.Bed, script: str, timeout_s: int = 600) -> str:
    """Run on the droplet as root; $major is what runs there."""
    return bed.execute("droplet", "bash", "-c", f"cd /; major=$(ls /etc/postgresql | head -n 1); set -e; {script}",
                       timeout_s=timeout_s)  # fmt: skip


def one_load(bed: beds.Bed, name: str, seconds: int) -> tuple[float, int]:
    """Prints a second, and the bytes of log that the cluster has written so far."""
    said = shell(bed, LOAD.format(port=CLUSTERS[name], seconds=seconds), seconds + 120)
    pages = re.search(r"^tps = ([\d.]+)", said, re.MULTILINE)
    log = re.search(r"^wal (\d+)", said, re.MULTILINE)
    assert pages, said
    assert log, said
    return float(pages[1]) * PAGE, int(log[1])


def measure(bed: beds.Bed, rounds: int, seconds: int) -> dict[str, tuple[list[float], float]]:
    """Rates of each cluster in turns, and its log's bytes a print."""
    turns: dict[str, list[tuple[float, int]]] = {name: [] for name in CLUSTERS}
    shell(bed, f"cat >/tmp/append.sql <<'END'\n{APPEND}END")
    try:
        for name, port in CLUSTERS.items():
            shell(bed, MAKE.format(name=name, port=port, table=TABLE))
        for _ in range(rounds):
            for name in CLUSTERS:
                turns[name].append(one_load(bed, name, seconds))
    finally:
        shell(bed, "; ".join(f"pg_dropcluster --stop $major {name} || true" for name in CLUSTERS))
    return {
        name: ([rate for rate, _ in found], found[-1][1] / sum(rate * seconds for rate, _ in found))
        for name, found in turns.items()
    }


def begin(bed: beds.Bed) -> None:
    """A droplet as the roles make it."""
    engine.ensure()
    beds.network_up(bed)
    droplet.up(bed, fresh=True)
    site(bed)


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--name", help="a converged bed that runs (default: one of its own)")
    options.add_argument("--rounds", type=int, default=4)
    options.add_argument("--seconds", type=int, default=20, help="of each load (default: %(default)s)")
    given = options.parse_args()
    bed = beds.Bed(given.name or "bench-append")
    try:
        if not given.name:
            begin(bed)
        found = measure(bed, given.rounds, given.seconds)
    finally:
        if not given.name:
            beds.down(bed)
    print("| settings | prints a second, median (least to most) | bytes of WAL a print |\n|---|---|---|")
    for name, (rates, log) in found.items():
        print(
            f"| {name} | {statistics.median(rates):,.0f} ({min(rates):,.0f} to {max(rates):,.0f}) | {log:.0f} |"
        )
    ours, stock = (statistics.median(found[name][0]) for name in CLUSTERS)
    print(f"\nours / stock: {ours / stock:.2f}")
    return 0 if ours > stock * 0.9 else 1


if __name__ == "__main__":
    sys.exit(main())
