"""PostgreSQL is killed with SIGKILL: it comes back by itself with all that was acknowledged."""

import time

import pytest

DROP_IN = "/etc/systemd/system/postgresql@.service.d/10-darkpool.conf"
BACK_WITHIN_S = 10
PSQL = "sudo -u postgres psql -XAtq -v ON_ERROR_STOP=1 -c"


@pytest.fixture
def unit(owner):
    return f"postgresql@{owner('ls /etc/postgresql').strip()}-main"


@pytest.fixture
def without_the_drop_in(owner, unit):
    owner(f"sudo mv {DROP_IN} {DROP_IN}.away && sudo systemctl daemon-reload")
    yield
    owner(
        f"sudo mv {DROP_IN}.away {DROP_IN} && sudo systemctl daemon-reload && sudo systemctl restart {unit}"
    )


def comes_back(owner, unit):
    """Kill the postmaster; say whether another one answers in time."""
    process = owner(f"systemctl show -P MainPID {unit}").strip()
    owner(f"sudo kill -9 {process}")
    deadline = time.monotonic() + BACK_WITHIN_S
    while time.monotonic() < deadline:
        now = owner(f"pg_isready -q && systemctl show -P MainPID {unit} || echo away").strip()
        if now not in ("away", "0", process):
            return True
        time.sleep(0.3)
    return False


def test_it_is_back_within_ten_seconds_with_every_acknowledged_row(owner, unit):
    owner(f"{PSQL} 'create table drill as select n from generate_series(1, 5000) n'")
    try:
        assert comes_back(owner, unit)
        assert owner(f"{PSQL} 'select count(*) from drill'").strip() == "5000"
    finally:
        owner(f"{PSQL} 'drop table drill'")


@pytest.mark.usefixtures("without_the_drop_in")
def test_control_without_our_drop_in_the_same_kill_leaves_it_down(owner, unit):
    assert not comes_back(owner, unit)
    assert owner("systemctl is-active postgresql").strip() == "active", "what systemctl says, wrongly"
