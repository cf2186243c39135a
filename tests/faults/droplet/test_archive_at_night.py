"""An old month on a real server: the unit that cron starts takes it into files, in its sandbox, and never by day."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from testbed import session

UNIT = "collector-retain.service"
DROP_IN = f"/run/systemd/system/{UNIT}.d/drill.conf"
FAILED = f"/var/lib/darkpool/failures/{UNIT}.json"
ROOT = "/var/lib/collector/archive"
FETCH = (
    "import archive_copies as a, darkpool_pgbackrest as d, physical_settings as p; "
    "print(a.fetch(p.read_settings(d.SETTINGS_FILE), 1))"
)
FOLDER = "/var/lib/collector/archive/darkpool_trades/2023-05"
ROWS = """
select ops.make_partitions('darkpool_trades', array['2023-05-02'::date]);
insert into trading.darkpool_trades (tracking_id, symbol, size, price, volume, executed_at, collection_time)
select n + {first}, case when n % 3 = 0 then 'QQQ' else 'SPY' end, n, 600.10, n,
       '2023-05-02 14:00Z'::timestamptz + n * interval '1 second', now()
from generate_series(1, 5000) n on conflict do nothing;"""
COUNT = "select count(*) from trading.darkpool_trades where executed_at < '2024-01-01'"


@pytest.fixture
def psql(owner):
    return lambda statement: owner(f'sudo -u postgres psql -XAtqd darkpool -c "{statement}"').strip()


@pytest.fixture(scope="module", autouse=True)
def quiet(owner):
    """No pass by the clock: beside one the archive leaves its work to another night."""
    owner(f"sudo {session.PAUSE}")
    yield
    owner(f"sudo {session.RESUME}")


@pytest.fixture
def start(owner):
    """Start the unit as if it were that New York time; its exit code."""

    def begin(moment):
        offset = round((datetime.fromisoformat(moment) - datetime.now(timezone.utc)) / timedelta(seconds=1))
        setting = f"[Service]\\\\nEnvironment=COLLECTOR_CLOCK_OFFSET_S={offset}\\\\n"
        owner(f"sudo sh -c 'mkdir -p {DROP_IN.rpartition('/')[0]} && printf \"{setting}\" >{DROP_IN}'")
        return int(owner(f"sudo systemctl daemon-reload; sudo systemctl start {UNIT} 2>/dev/null; echo $?"))

    yield begin
    owner(f"sudo rm -f {DROP_IN}; sudo systemctl daemon-reload; sudo systemctl reset-failed {UNIT} || true")


def test_by_day_it_refuses_and_that_is_recorded_at_night_it_archives_and_that_is_forgotten(
    owner, psql, start
):
    psql(ROWS.format(first=0))

    assert start("2026-11-20T12:00:00-05:00") != 0
    # The hook is another unit, which begins when this one has ended.
    owner(f"sudo timeout 20 sh -c 'until test -e {FAILED}; do sleep 0.2; done'")
    assert json.loads(owner(f"sudo cat {FAILED}"))["unit"] == UNIT
    assert psql(COUNT) == "5000"

    assert start("2026-11-22T22:30:00-05:00") == 0
    assert psql(COUNT) == "0"
    owner(f"until ! sudo test -e {FAILED}; do sleep 0.2; done")
    manifest = json.loads(owner(f"sudo cat {FOLDER}/1/manifest.json"))
    assert (manifest["rows"], len(manifest["files"])) == (5000, 2)
    for one in manifest["files"]:
        assert owner(f"sudo sha256sum {FOLDER}/1/{one['name']}").split()[0] == one["sha256"]
    assert owner(f"sudo find {FOLDER} -perm /027") == ""


def test_files_of_old_months_lie_beside_the_backups_and_come_back(owner):
    listed = (
        f"sudo sh -c 'cd {ROOT} && find . -type f -exec sha256sum {{}} + | sort -k2;"
        ' find . -printf "%u %m %p\\n" | sort -k3\''
    )
    before = owner(listed)
    assert "SPY.parquet" in before
    owner("sudo systemctl start darkpool-pgbackrest.service", timeout_s=600)

    owner(f"sudo mv {ROOT}/darkpool_trades {ROOT}.aside")
    fetched = owner(
        "sudo sh -c 'cd /usr/local/lib/darkpool-pgbackrest && PYTHONPATH=/usr/local/lib/darkpool-backup"
        f' python3 -c "{FETCH}"\'',
        timeout_s=600,
    )

    assert int(fetched) > 0
    assert owner(listed) == before
    owner(f"sudo rm -r {ROOT}.aside")


def test_late_rows_of_that_month_follow_it_another_night(owner, psql, start):
    psql(ROWS.format(first=10_000))

    assert start("2026-11-23T22:30:00-05:00") == 0

    assert psql(COUNT) == "0"
    parts = psql("select count(*) from ops.archives where month = '2023-05-01' and released_at is not null")
    assert json.loads(owner(f"sudo cat {FOLDER}/{parts}/manifest.json"))["rows"] == 5000
