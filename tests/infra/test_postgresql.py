"""The database server: what it promises to keep, and whom it lets in."""

from __future__ import annotations

import ipaddress
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from testinfra.backend.base import CommandResult
    from testinfra.host import Host


def psql(
    host: Host, statement: str, *, os_user: str = "postgres", database: str = "postgres", login: str = ""
) -> CommandResult:
    """Ask as an OS user over the local socket; `login` names another database role or host."""
    with host.sudo():
        return host.run(
            "cd / && runuser -u %s -- psql -XAtw -v ON_ERROR_STOP=1 -d %s -c %s", os_user,
            f"dbname={database} {login}".strip(), statement,
        )  # fmt: skip


def answer(host: Host, statement: str, **how: str) -> str:
    result = psql(host, statement, **how)
    assert result.rc == 0, result.stderr
    return result.stdout.strip()


@pytest.fixture(scope="module")
def settings(host: Host) -> dict[str, str]:
    return json.loads(answer(host, "select json_object_agg(name, setting) from pg_settings"))


def test_only_loopback_is_listened_on_and_by_a_pair_its_private_network(
    host: Host, settings: dict[str, str]
) -> None:
    sockets = host.check_output("ss -Hltn 'sport = :%s'", settings["port"]).splitlines()
    addresses = {line.split()[3].rsplit(":", 1)[0] for line in sockets}
    beyond = addresses - {"127.0.0.1", "[::1]"}
    with host.sudo():
        paired = host.file("/etc/darkpool-standby/settings.json").exists
    assert addresses > beyond
    assert len(beyond) == (1 if paired else 0)
    assert all(ipaddress.ip_address(one.strip("[]")).is_private for one in beyond)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_sync_retry", "off"),
        ("wal_level", "replica"),
        ("password_encryption", "scram-sha-256"),
        ("server_encoding", "UTF8"),
        ("TimeZone", "UTC"),
        ("jit", "off"),
        ("logging_collector", "on"),
        ("log_truncate_on_rotation", "on"),
        ("log_parameter_max_length", "0"),
        ("log_parameter_max_length_on_error", "0"),
        ("log_connections", "on"),
        ("log_disconnections", "on"),
        ("log_lock_waits", "on"),
        ("log_checkpoints", "on"),
        ("log_statement", "ddl"),
        ("pg_stat_statements.track_utility", "off"),
        ("ssl_min_protocol_version", "TLSv1.3"),
        ("archive_timeout", "60"),
        ("restart_after_crash", "on"),
        ("autovacuum", "on"),
        ("row_security", "on"),
        ("zero_damaged_pages", "off"),
        ("ignore_checksum_failure", "off"),
        ("allow_system_table_mods", "off"),
        ("idle_in_transaction_session_timeout", "600000"),
    ],
)
def test_the_running_server_uses_the_setting(settings: dict[str, str], name: str, value: str) -> None:
    assert settings[name] == value


def test_a_slow_statement_is_logged_and_a_dead_standby_cannot_fill_the_disk(settings: dict[str, str]) -> None:
    assert 0 < int(settings["log_min_duration_statement"]) <= 10_000
    assert 0 < int(settings["max_slot_wal_keep_size"]) <= int(settings["max_wal_size"])


def test_no_setting_waits_for_a_restart_and_no_file_has_an_error(host: Host) -> None:
    waiting = answer(
        host, "select coalesce(string_agg(name, ','), '') from pg_settings where pending_restart"
    )
    broken = answer(
        host,
        "select (select count(*) from pg_file_settings where error is not null)"
        " + (select count(*) from pg_hba_file_rules where error is not null)",
    )
    assert (waiting, broken) == ("", "0")


def test_no_rule_of_entry_trusts_or_takes_a_weak_password_and_the_rest_is_rejected(host: Host) -> None:
    methods = answer(
        host, "select string_agg(auth_method, ' ' order by line_number) from pg_hba_file_rules"
    ).split()
    assert set(methods) == {"peer", "scram-sha-256", "reject"}
    assert methods[-2:] == ["reject", "reject"]


@pytest.mark.parametrize(
    ("os_user", "login"),
    [
        ("nobody", ""),
        ("nobody", "user=collector"),
        ("root", "user=postgres"),
        ("postgres", "user=darkpool_migrator"),
        ("postgres", "user=darkpool_owner"),
        ("root", "user=darkpool_owner"),
        ("postgres", "user=analyst"),
        ("nobody", "user=darkpool_monitor"),
        ("postgres", "user=darkpool_monitor"),
        ("collector", "user=darkpool_monitor"),
        ("collector", "user=darkpool_backup"),
        ("pgbackup", "user=darkpool_migrator"),
        ("collector", "user=postgres"),
        ("root", "user=collector host=127.0.0.1 password=collector"),
        ("root", "user=darkpool_owner host=127.0.0.1 password=darkpool_owner"),
        ("root", "user=analyst host=127.0.0.1 password=wrong"),
        ("root", "user=postgres host=127.0.0.1 password=postgres"),
    ],
)
def test_who_is_not_expected_is_not_let_in(host: Host, os_user: str, login: str) -> None:
    refused = psql(host, "select 1", os_user=os_user, database="darkpool", login=login)
    assert refused.rc != 0
    assert "FATAL" in refused.stderr


def test_root_comes_in_as_the_migrator_and_may_become_the_owner(host: Host) -> None:
    who = answer(host, "set role darkpool_owner; select current_user", os_user="root",
                 database="darkpool", login="user=darkpool_migrator")  # fmt: skip
    assert who.splitlines()[-1] == "darkpool_owner"


def test_the_migrator_has_nothing_until_it_becomes_the_owner(host: Host) -> None:
    refused = psql(
        host, "create schema not_mine", os_user="root", database="darkpool", login="user=darkpool_migrator"
    )
    assert "permission denied" in refused.stderr


def test_public_has_nothing_on_any_database_or_the_schema_public(host: Host) -> None:
    query = (
        "select (select count(*) from pg_database d,"
        " aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a"
        " where d.datname in ('darkpool', 'postgres', 'template1') and a.grantee = 0)"
        " + (select count(*) from pg_namespace n,"
        " aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a"
        " where n.nspname = 'public' and a.grantee = 0)"
    )
    left = answer(host, query, database="darkpool")
    assert left == "0"


def test_only_postgres_has_power_and_it_has_no_password(host: Host) -> None:
    powerful = answer(
        host,
        "select string_agg(rolname, ',') from pg_roles"
        " where (rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls)"
        # A pair's, which test_standby.py asks about.
        " and rolname <> 'darkpool_replica'",
    )
    passwords = answer(
        host,
        "select string_agg(rolname, ',') from pg_authid"
        " where rolpassword is not null and rolname <> 'darkpool_replica'",
    )
    assert (powerful, passwords) == ("postgres", "analyst")


def test_the_analysts_password_is_kept_as_a_scram_verifier_and_is_not_in_the_log(host: Host) -> None:
    verifier = answer(host, "select rolpassword from pg_authid where rolname = 'analyst'")
    assert verifier.startswith("SCRAM-SHA-256$")
    with host.sudo():
        assert host.run("grep -rqF 'SCRAM-SHA-256$' /var/log/postgresql").rc == 1


def test_systemd_starts_the_server_again_when_it_dies(host: Host, settings: dict[str, str]) -> None:
    major = settings["server_version"].split(".")[0]
    asked = "-p Restart -p User -p ActiveState -p StartLimitIntervalUSec"
    shown = host.check_output(f"systemctl show postgresql@%s-main {asked}", major)
    assert set(shown.splitlines()) == {
        "Restart=on-failure", "User=postgres", "ActiveState=active", "StartLimitIntervalUSec=0",
    }  # fmt: skip


def test_the_database_comes_back_after_a_reboot(host: Host) -> None:
    assert host.service("postgresql").is_enabled


def test_nobody_else_looks_into_the_data_directory(host: Host, settings: dict[str, str]) -> None:
    with host.sudo():
        assert host.run("ls %s", settings["data_directory"]).rc == 0
        looked = host.run("runuser -u nobody -- ls %s", settings["data_directory"])
    assert "Permission denied" in looked.stderr


def test_nobody_is_a_member_of_a_role_that_it_does_not_need(host: Host) -> None:
    memberships = answer(
        host,
        "select m.member::regrole || ' is ' || m.roleid::regrole from pg_auth_members m"
        " where m.member::regrole::text <> 'postgres' and m.member::regrole::text !~ '^pg_'",
    )
    assert set(memberships.splitlines()) == {
        "darkpool_migrator is darkpool_owner",
        "darkpool_backup is pg_read_all_data",
        "darkpool_monitor is pg_monitor",
    }


def test_the_servers_log_is_written_where_it_rotates_by_itself(host: Host) -> None:
    path = answer(host, "select pg_current_logfile()")
    assert path.startswith("/var/log/postgresql/weekdays/postgresql-")
    with host.sudo():
        assert not host.file(path).mode & 0o007


def in_the_sandbox(host: Host, command: str) -> CommandResult:
    """Run a shell command as a child of a backend, where an archive command would run."""
    return psql(host, f"copy (select 1) to program '{command}'")


def test_an_archive_command_works_in_the_servers_sandbox_and_writes_nowhere_else(host: Host) -> None:
    copy = "/var/lib/postgresql/archive-drill.gz"
    written = in_the_sandbox(host, f"gzip -c > {copy} && sync {copy} && gzip -t {copy} && rm {copy}")
    assert written.rc == 0, written.stderr
    for path in ("/etc/postgresql/drill", "/run/lock/drill"):
        assert in_the_sandbox(host, f"touch {path} && rm {path}").rc != 0
    assert in_the_sandbox(host, "ls /home/*").rc != 0


def test_the_sandbox_takes_nothing_that_the_server_needs(host: Host) -> None:
    # getrlimit under the filter of system calls: without its answer the server falls back to 100 kB of stack.
    assert answer(host, "show max_stack_depth") == "2MB"
    assert answer(host, "show jit") == "off"
    assert answer(host, "load 'auto_explain'; select count(*) from generate_series(1, 300000)").endswith(
        "300000"
    )
    assert answer(
        host, "set work_mem = '64kB'; select count(distinct n) from generate_series(1, 90000) n"
    ).endswith("90000")
