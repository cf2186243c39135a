"""PostgreSQL is killed with SIGKILL: it comes back by itself with all that was acknowledged.

Needs a test bed's droplet; DARKPOOL_TESTBED_INVENTORY names its inventory.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
import testinfra

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testinfra.host import Host

DROP_IN = "/etc/systemd/system/postgresql@.service.d/10-darkpool.conf"
BACK_WITHIN_S = 10
PSQL = "cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -c %s"


@pytest.fixture
def droplet() -> Host:
    inventory = os.getenv("DARKPOOL_TESTBED_INVENTORY")
    assert inventory, "set DARKPOOL_TESTBED_INVENTORY to the inventory of a test bed's droplet"
    hosts: list[Host] = testinfra.get_hosts(["ansible://droplets"], ansible_inventory=inventory, sudo=True)
    return hosts[0]


@pytest.fixture
def unit(droplet: Host) -> str:
    major = droplet.check_output("ls /etc/postgresql").strip()
    return f"postgresql@{major}-main"


@pytest.fixture
def without_the_drop_in(droplet: Host, unit: str) -> Iterator[None]:
    droplet.check_output("mv %s %s.away && systemctl daemon-reload", DROP_IN, DROP_IN)
    yield
    droplet.check_output(
        "mv %s.away %s && systemctl daemon-reload && systemctl restart %s", DROP_IN, DROP_IN, unit
    )


def kill_and_wait(droplet: Host, unit: str) -> bool:
    """Kill the postmaster; say whether the server answers again in time."""
    before = droplet.check_output(
        "systemctl show -P MainPID %s && kill -9 $(systemctl show -P MainPID %s)", unit, unit
    )
    deadline = time.monotonic() + BACK_WITHIN_S
    while time.monotonic() < deadline:
        if (
            droplet.run("pg_isready -q").rc == 0
            and droplet.check_output("systemctl show -P MainPID %s", unit) != before
        ):
            return True
    return False


def test_postgresql_is_back_within_ten_seconds_of_a_kill_with_every_acknowledged_row(
    droplet: Host, unit: str
) -> None:
    droplet.check_output(PSQL, "create table drill as select n from generate_series(1, 5000) n")
    try:
        assert kill_and_wait(droplet, unit)
        assert droplet.check_output(PSQL, "select count(*) from drill").strip() == "5000"
    finally:
        droplet.check_output(PSQL, "drop table drill")


@pytest.mark.usefixtures("without_the_drop_in")
def test_control_without_our_drop_in_the_same_kill_leaves_it_down(droplet: Host, unit: str) -> None:
    assert not kill_and_wait(droplet, unit)
    assert droplet.check_output("systemctl is-active postgresql") == "active"
