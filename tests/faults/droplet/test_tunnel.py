"""The analyst's way in: an ssh tunnel to PostgreSQL with a password, to read and nothing else."""

import contextlib
import socket
import subprocess
import time

import psycopg2
import pytest

from testbed.bed import free_port


@pytest.fixture(scope="module")
def tunnel(bed):
    port = free_port()
    with forwarded(bed, f"{port}:127.0.0.1:5432"):
        wait_for_port(port)
        yield port


@contextlib.contextmanager
def forwarded(bed, what):
    ssh = subprocess.Popen(
        ["ssh", "-F", bed.ssh_config(), "-N", "-o", "ExitOnForwardFailure=yes", "-L", what, "droplet"]
    )
    try:
        yield
    finally:
        ssh.terminate()
        ssh.wait()


def wait_for_port(port):
    end = time.monotonic() + 15
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.2)
    pytest.fail(f"the tunnel did not open on port {port}")


def connect(port, password):
    return psycopg2.connect(
        host="127.0.0.1", port=port, dbname="darkpool", user="analyst", password=password, connect_timeout=10
    )


@pytest.fixture(scope="module")
def password(bed):
    return (bed.folder / "analyst_password").read_text().strip()


def test_the_analyst_reads_through_the_tunnel_and_writes_nothing(tunnel, password):
    with contextlib.closing(connect(tunnel, password)) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from trading.darkpool_trades")
        assert cursor.fetchone()[0] > 1000
        with pytest.raises(psycopg2.Error, match=r"read-only transaction|permission denied"):
            cursor.execute("delete from trading.darkpool_trades")
        connection.rollback()
        cursor.execute("set default_transaction_read_only = off")
        connection.commit()
        with pytest.raises(psycopg2.Error, match="permission denied"):
            cursor.execute("delete from trading.darkpool_trades")


def test_a_wrong_password_gets_nothing_through_the_tunnel(tunnel):
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        connect(tunnel, "wrong")


def test_the_tunnel_reaches_nothing_but_postgresql(bed):
    port = free_port()
    with forwarded(bed, f"{port}:127.0.0.1:22"):
        wait_for_port(port)
        with socket.create_connection(("127.0.0.1", port), timeout=5) as through:
            assert through.recv(64) == b"", "sshd's banner came through a tunnel that must not reach it"
