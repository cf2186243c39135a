"""Each way in which a physical backup can be bad turns the drill red; damage is done to a copy of the repository."""

import json
from shlex import quote

import pytest

COPY = "/var/tmp/damaged"
SETTINGS = f"{COPY}/settings"
# The largest file of ours in the newest backup: a table that changed since the one before.
OURS = "$(cd /; runuser -u postgres -- psql -XAtc \"select oid from pg_database where datname = 'darkpool'\")"
FILE = (
    f"$(find {COPY}/repository/backup/darkpool/2*/pg_data/base/{OURS} -name '*.zst' -printf '%T@ %s %p\\n'"
    " | sort -k1,1n -k2,2n | tail -n 1 | cut -d' ' -f3)"
)
NOTE = f"{COPY}/repository/note/$(ls {COPY}/repository/note | grep '^2' | sort | tail -n 1)"
FLIP = (
    'python3 -c \'import sys; p = sys.argv[1]; b = bytearray(open(p, "rb").read()); b[len(b) // 2] ^= 1;'
    ' open(p, "wb").write(b)\''
)
DAMAGES = {
    "a file cut short": f"truncate -s -20 {FILE}",
    "a file with one flipped bit": f"{FLIP} {FILE}",
    "an empty file": f"truncate -s 0 {FILE}",
    "a file that is gone": f"rm {FILE}",
    "a manifest cut short": f"truncate -s -20 {COPY}/repository/backup/darkpool/latest/backup.manifest*",
    "the newest log gone": f"find {COPY}/repository/archive -name '0*.zst' | sort | tail -n 4 | xargs rm",
    "another key": f"sed -i 's/cipher-pass=..../cipher-pass=0000/' {COPY}/pgbackrest.conf",
    "a note that is gone": f"rm {NOTE}",
    "a note cut short": f"truncate -s -20 {NOTE}",
    "no backup at all": f"rm -r {COPY}/repository/backup {COPY}/repository/archive",
}


@pytest.fixture(scope="module", autouse=True)
def newest(owner):
    """A backup with its note, made as cron makes it; the one before is older than the rows."""
    owner("sudo systemctl start darkpool-pgbackrest.service")


@pytest.fixture
def copy(owner):
    """Repository, settings and place of a drill that may be damaged."""
    owner(
        f"sudo sh -c 'rm -rf {COPY}; install -d -o postgres -g postgres -m 0750 {COPY} {COPY}/drill"
        f" && cp -a /var/lib/pgbackrest {COPY}/repository && cp -a /etc/pgbackrest/pgbackrest.conf {COPY}/"
        f" && sed -i s,^repo1-path=.*,repo1-path={COPY}/repository, {COPY}/pgbackrest.conf"
        f" && sed -e s,/etc/pgbackrest/,{COPY}/, -e s,/var/lib/darkpool-drill,{COPY}/drill,"
        f" /etc/default/darkpool-pgbackrest > {SETTINGS} && chmod 644 {SETTINGS}'"
    )
    yield
    owner(f"sudo rm -rf {COPY}")


def drill(owner):
    """What the drill said, and its line in the history."""
    said = owner(f"sudo darkpool-pgbackrest --settings {SETTINGS} drill 2>&1; echo exit=$?")
    return said, json.loads(owner(f"sudo tail -n 1 {COPY}/drill/history.jsonl"))


@pytest.mark.usefixtures("copy")
def test_the_copy_without_damage_is_proven(owner):
    said, line = drill(owner)

    assert "exit=0" in said
    assert line["ok"]
    assert line["rows"] > 1000


@pytest.mark.usefixtures("copy")
@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_the_drill_is_red_for(owner, damage):
    owner(f"sudo bash -c {quote(DAMAGES[damage])}")

    said, line = drill(owner)

    assert "exit=1" in said
    assert (line["ok"], bool(line["problem"])) == (False, True)
    assert owner(f"sudo ls {COPY}/drill").split().count("scratch") == 0


@pytest.mark.usefixtures("copy")
@pytest.mark.parametrize(("key", "value"), [("rows", 1), ("hash", "7")])
def test_the_drill_is_red_when_a_table_is_not_as_noted(owner, key, value):
    change = (
        "import json, sys; n = json.load(sys.stdin); t = n['tables'];"
        " name = max((one for one in t if one.startswith('trading.darkpool_trades_')), key=lambda one: t[one]['rows']);"
        f" t[name]['{key}'] = {value!r}; print(json.dumps(n))"
    )
    call = f"pgbackrest --config={COPY}/pgbackrest.conf --repo=1"
    script = (
        f"cd /; name=note/$(basename {NOTE});"
        f" export PGBACKREST_CIPHER_PASS=$(sed -n s/^repo1-cipher-pass=//p {COPY}/pgbackrest.conf);"
        f" {call} repo-get $name | python3 -c {quote(change)} > {COPY}/drill/note"
        f" && {call} repo-put $name < {COPY}/drill/note"
    )
    owner(f"sudo runuser -u postgres -- bash -c {quote(script)}")

    said, line = drill(owner)

    assert "exit=1" in said
    assert "trading.darkpool_trades" in line["problem"]


@pytest.mark.usefixtures("copy")
def test_the_drill_is_red_when_acknowledged_rows_are_missing(owner):
    page = {"at": "2026-01-02T15:00:00+00:00", "feed": "darkpool_trades", "table": "trading.darkpool_trades",
            "symbol": "SPY", "session": "2026-01-02", "stored": 5}  # fmt: skip
    script = (
        f"mkdir -m 755 {COPY}/acknowledged && echo {quote(json.dumps(page))} > {COPY}/acknowledged/2026-01-02.jsonl"
        # Debian 13's sudo has the session's umask.
        f" && chmod 644 {COPY}/acknowledged/2026-01-02.jsonl"
        f" && sed -i s,ACKNOWLEDGED=.*,ACKNOWLEDGED={COPY}/acknowledged, {SETTINGS}"
    )
    owner(f"sudo sh -c {quote(script)}")

    said, line = drill(owner)

    assert "exit=1" in said
    assert "darkpool_trades SPY 2026-01-02: 5 rows were acknowledged, 0 are booked" in line["problem"]


@pytest.fixture
def an_index_that_lies(owner):
    """A table whose index lacks its rows, with checksums that fit; in the newest backup."""
    ready = "update pg_index set indisready = {} where indrelid = 'trading.unindexed'::regclass"
    script = (
        "create table trading.unindexed (n int); create index on trading.unindexed (n);"
        f" {ready.format('false')}; insert into trading.unindexed select generate_series(1, 10); {ready.format('true')}"
    )
    as_postgres = "sudo -u postgres psql -XAtq -v ON_ERROR_STOP=1 darkpool"
    owner("".join(f"{as_postgres} -c {quote(one)} && " for one in script.split(";")) + "true")
    owner("sudo systemctl start darkpool-pgbackrest.service")
    yield
    owner(
        f"{as_postgres} -c 'drop table trading.unindexed'; sudo systemctl start darkpool-pgbackrest.service"
    )


@pytest.mark.usefixtures("an_index_that_lies", "copy")
def test_the_drill_is_red_when_an_index_lacks_rows_although_every_row_is_there(owner):
    said, line = drill(owner)

    assert "exit=1" in said
    assert 'lacks matching index tuple within index "unindexed_n_idx"' in line["problem"]
