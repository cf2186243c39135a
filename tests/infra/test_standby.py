"""A second server that follows: whom the first one lets in for it; where there is none, that nothing of it is left."""

from __future__ import annotations

import ipaddress
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from testinfra.host import Host

SETTINGS = "/etc/darkpool-standby/settings.json"


def ask(host: Host, query: str) -> str:
    with host.sudo():
        return str(host.check_output("cd / && runuser -u postgres -- psql -XAtwd postgres -c %s", query))


@pytest.fixture(scope="module")
def peer(host: Host) -> str:
    """The other server's address; empty where this one is alone."""
    with host.sudo():
        if not host.file(SETTINGS).exists:
            return ""
        words = dict(
            word.split("=", 1) for word in json.loads(host.file(SETTINGS).content_string)["peer"].split()
        )
    return words["hostaddr"]


def test_the_log_is_handed_to_the_other_server_alone_over_tls_and_to_nobody_where_there_is_none(
    host: Host, peer: str
) -> None:
    query = (
        "select type, user_name[1], address, netmask, auth_method from pg_hba_file_rules"
        " where 'replication' = any (database)"
    )
    whole = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" if ":" in peer else "255.255.255.255"
    one = f"hostssl|darkpool_replica|{peer}|{whole}|scram-sha-256"

    assert ask(host, query).splitlines() == ([one] if peer else [])


def test_who_replicates_has_no_other_power(host: Host, peer: str) -> None:
    query = (
        "select rolname, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolinherit from pg_roles"
        " where rolreplication and rolname <> 'postgres'"
    )
    assert ask(host, query).splitlines() == (["darkpool_replica|f|f|f|f|f"] if peer else [])


def test_no_standby_can_fill_the_disk(host: Host) -> None:
    megabytes = int(ask(host, "select setting from pg_settings where name = 'max_slot_wal_keep_size'"))
    assert 0 < megabytes <= 4096


def test_the_log_is_kept_for_nobody_but_the_standby(host: Host, peer: str) -> None:
    slots = set(ask(host, "select slot_name from pg_replication_slots").split())
    assert slots <= ({"darkpool_standby"} if peer else set())


def test_commits_wait_for_nobody_unless_there_is_a_standby(host: Host, peer: str) -> None:
    waits = ask(host, "show synchronous_standby_names")
    assert waits in ({"", "darkpool_standby"} if peer else {""})


def test_the_firewall_and_the_unit_let_in_the_other_server_alone(host: Host, peer: str) -> None:
    port = ask(host, "show port")
    major = ask(host, "show server_version").split(".")[0]
    with host.sudo():
        rules = [
            line.split()
            for line in host.check_output("ufw status").splitlines()
            if line.startswith(f"{port}/tcp")
        ]
        allowed = host.check_output("systemctl show -P IPAddressAllow postgresql@%s-main", major).split()

    beyond = [one for one in allowed if not ipaddress.ip_network(one).is_loopback]

    assert [rule[:3] for rule in rules] == ([[f"{port}/tcp", "ALLOW", peer]] if peer else [])
    assert [ipaddress.ip_network(one) for one in beyond] == ([ipaddress.ip_network(peer)] if peer else [])


def test_what_only_the_database_reads_is_closed_to_others(host: Host, peer: str) -> None:
    with host.sudo():
        found = host.run(
            "find /etc/darkpool-standby /var/lib/darkpool/standby -perm /0002 -o -name '*.key' -perm /0077"
        )
        looked = host.run("runuser -u nobody -- ls /etc/darkpool-standby")
    assert found.stdout == ""
    assert looked.rc != 0
