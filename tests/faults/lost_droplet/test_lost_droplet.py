"""The droplet is gone with its disk. From this laptop and the copies off-site to a server that collects, in minutes."""

import datetime as dt
import json
import os
import subprocess
import time

import offsite
import pytest

from testbed import bed as beds
from testbed import droplet, engine, session, simulator, world
from testbed.demo import SIMULATOR

# As scripts/recover.sh plays them.
RECOVER = ("site", "restore", "site", "release")
# What makes a row this row, of all that were written by a moment: the new server collects, cancels come, and what the
# stream brought is named by the vendor's number only now (sql/queries/adopt_prints.sql).
WRITTEN = {
    "trading.darkpool_trades": "symbol, executed_at, price, size, volume, created_at",
    "trading.options_flow": "flow_type, symbol, record_id, premium, contract_size, created_at",
    "trading.market_metrics": "symbol, metric_type, timestamp, created_at",
    "trading.price_levels": "symbol, session_date, level_type, price",
}
FACTS = (
    "set timezone = utc; select count(*), sum(hashtextextended(row({})::text, 0)::numeric) from {}"
    " where created_at <= '{}'"
)


@pytest.fixture(scope="module")
def bed():
    found = beds.Bed("lost-droplet")
    engine.ensure()
    beds.network_up(found)
    world.leave(found)
    simulator.up(found, SIMULATOR)
    world.enter(found, dt.time(15, 40))
    yield found
    beds.down(found)
    world.leave(found)


@pytest.fixture(scope="module")
def storage(bed, tmp_path_factory):
    with offsite.serving(bed, tmp_path_factory.mktemp("storage")) as found:
        yield found


def play(bed, storage, name):
    environment = {**os.environ, "TESTBED_FOLDER": str(bed.folder)}
    command = ["ansible-playbook", "-i", "inventory/demo", "-e", json.dumps(storage.settings())]
    done = subprocess.run(
        [*command, f"ansible/playbooks/{name}.yml"], cwd=beds.ROOT, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    return done.stdout


def sql(bed, query):
    return session.on_droplet(bed, f'cd /; sudo -u postgres psql -XAtqd darkpool -c "{query}"').strip()


def facts(bed, moment):
    return {table: sql(bed, FACTS.format(columns, table, moment)) for table, columns in WRITTEN.items()}


def acknowledged(bed):
    """Each line that says what was committed."""
    said = session.on_droplet(bed, "sudo sh -c 'cat /var/lib/collector/acknowledged/*.jsonl'")
    return set(said.splitlines())


def new_server(bed, storage):
    droplet.up(bed, fresh=True)
    offsite.make_known(bed, storage)


@pytest.fixture(scope="module")
def lost(bed, storage):
    """A server with a day's work is destroyed; what it held a minute before, and seconds until a new one holds it."""
    new_server(bed, storage)
    for name in ("site", "release"):
        play(bed, storage, name)
    list(session.play(bed))
    session.on_droplet(bed, "sudo systemctl stop cron; sudo systemctl start darkpool-pgbackrest.service")
    # One more pass after the backup: it is in the log alone.
    world.move(bed, world.offset_at(bed, dt.time(15, 50)))
    session.on_droplet(bed, "sudo systemctl start collector.service")
    # What it brought is noted off-site by the look that cron makes every five minutes, not with the next backup.
    # The stream goes on: what it brings after the look is of the next one.
    noted = acknowledged(bed)
    session.on_droplet(bed, "sudo systemctl start darkpool-pgbackrest-watch.service")
    moment = sql(bed, "select now()")
    held = facts(bed, moment)
    sql(bed, "select pg_switch_wal()")
    # What archive_timeout does within a minute.
    waiting = "select count(*) from pg_ls_archive_statusdir() where name ~ '[.]ready$'"
    while sql(bed, waiting) != "0":
        time.sleep(1)
    begun = time.monotonic()
    new_server(bed, storage)
    for name in RECOVER:
        play(bed, storage, name)
    return moment, (held, noted), time.monotonic() - begun


def test_everything_that_had_left_the_server_is_back_within_minutes(lost, bed):
    moment, (held, noted), seconds = lost
    print(f"from no server to one that holds the data: {seconds / 60:.1f} minutes")
    assert facts(bed, moment) == held
    assert noted <= acknowledged(bed)
    assert min(int(found.split("|")[0]) for found in held.values()) > 100
    assert seconds < 15 * 60


def test_the_new_server_collects_and_its_backups_go_on(lost, bed):
    before = int(sql(bed, "select count(*) from ops.runs"))
    session.on_droplet(bed, "sudo systemctl start collector.service")
    assert int(sql(bed, "select count(*) from ops.runs")) == before + 1
    session.on_droplet(bed, "sudo systemctl start darkpool-pgbackrest.service")
    session.on_droplet(bed, "sudo darkpool-pgbackrest watch")
