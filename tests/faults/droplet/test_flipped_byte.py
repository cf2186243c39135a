"""One byte of a table changes on the disk: the nightly backup, which reads every row, fails and says so."""

import shlex

import pytest

from testbed import session
from testbed.shell import wait_until

PSQL = "cd / && sudo -u postgres psql -XAtq -v ON_ERROR_STOP=1 -d darkpool -c"
# After a vacuum the sum comes out of the primary key, which nobody flipped.
OF_ROWS = "set enable_indexonlyscan = off"
READ = "select sum(tracking_id) from trading.darkpool_trades"
RECORD = "/var/lib/darkpool/failures/darkpool-backup.service.json"
# Of the largest partition, where the table is cut into some.
LEAF = (
    "select relid from pg_partition_tree('trading.darkpool_trades') where isleaf"
    " order by pg_relation_size(relid) desc limit 1"
)
FILE = (
    "select current_setting('data_directory') || '/' ||"
    f" pg_relation_filepath(coalesce(({LEAF}), 'trading.darkpool_trades'))"
)
ONE = (
    "select max(tracking_id) from trading.darkpool_trades"
    f" where tableoid = coalesce(({LEAF}), 'trading.darkpool_trades')"
)
# The lowest byte of one print's number, past PostgreSQL; wherever it stands: a row that was undone lies there too.
FLIP = """
import sys
with open(sys.argv[1], 'r+b') as file:
    number = int(sys.argv[2])
    before, after = ((one).to_bytes(8, 'little') for one in (number, number ^ 1))
    held = file.read()
    assert before in held
    file.seek(0)
    file.write(held.replace(before, after))
"""


@pytest.fixture
def quiet(owner):
    owner(f"sudo {session.PAUSE}")
    yield
    owner(f"sudo {session.RESUME}")


@pytest.fixture
def stopped(owner):
    """Run a command while PostgreSQL is down."""
    unit = "postgresql@$(ls /etc/postgresql)-main"

    def do(command):
        owner(f"sudo systemctl stop {unit} && {command} && sudo systemctl start {unit}")

    return do


@pytest.fixture
def flipped(owner, stopped, quiet):
    """What the table said before; the whole file is put back, as a page that was read may have been written anew."""
    before = owner(f"{PSQL} '{READ}'")
    path, number = (owner(f'{PSQL} "{asked}"').strip() for asked in (FILE, ONE))
    stopped(f"sudo cp -a {path} {path}.drill && sudo python3 -c {shlex.quote(FLIP)} {path} {number}")
    yield before
    stopped(f"sudo mv {path}.drill {path}")
    owner("sudo systemctl start darkpool-backup.service")


def test_the_backup_of_a_table_with_a_flipped_byte_fails_and_tells(owner, flipped):
    kept = owner("sudo ls /var/backups/darkpool")
    assert owner("sudo systemctl start darkpool-backup.service >/dev/null 2>&1; echo $?").strip() != "0"
    wait_until("its record", lambda: "invalid page" in owner(f"sudo cat {RECORD} || true"), 600)
    assert owner("sudo ls /var/backups/darkpool") == kept, "a dump that is not whole is not kept"
    # The control: without checksums the same read returns something else, and no error.
    wrong = owner(f"{PSQL} 'set ignore_checksum_failure = on' -c '{OF_ROWS}' -c '{READ}' 2>/dev/null")
    assert abs(int(wrong) - int(flipped)) == 1
