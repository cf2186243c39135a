"""PostgreSQL moves from 15 to 17 and back: refused with every reason at once, row for row the same, no row lost."""

import pytest

pytestmark = pytest.mark.usefixtures("played")
PRINTS = (
    "set timezone = utc;"
    " select count(*), sum(hashtextextended(t::text, 0)::numeric) from trading.darkpool_trades t"
)


def ask(owner, statement):
    return owner(
        f"cd / && sudo -u postgres psql -XAtq -v ON_ERROR_STOP=1 -d darkpool -c '{statement}'"
    ).strip()


def major(owner):
    return ask(owner, "show server_version").split(".")[0]


def clusters(owner):
    """What there is, as major/name and whether it runs."""
    lines = owner("pg_lsclusters --no-header").splitlines()
    return {"/".join(line.split()[:2]): line.split()[3] for line in lines}


def a_pass(owner):
    """The pass that cron would start; it takes its turn, and ends well."""
    owner("sudo systemctl restart collector.service")
    return int(ask(owner, "select count(*) from ops.runs"))


def test_what_stands_in_the_way_is_said_at_once_and_nothing_is_touched(owner, play, pgdg):
    owner("sudo mkdir -p /etc/postgresql/17/main; sudo mv /var/backups/darkpool /var/backups/aside")
    refused = play("upgrade_postgres", **pgdg)
    owner(
        "sudo rmdir /etc/postgresql/17/main /etc/postgresql/17; sudo mv /var/backups/aside /var/backups/darkpool"
    )
    assert refused.returncode != 0
    for reason in ("no backup of the last day", "/etc/postgresql/17/main is there already"):
        assert reason in refused.stdout
    assert major(owner) == "15"


def test_it_moves_to_17_with_every_row_and_collecting_goes_on(owner, play, pgdg):
    owner("sudo systemctl stop cron; sudo systemctl start darkpool-backup.service")
    owner("sudo systemctl stop collector-stream.service")
    runs = a_pass(owner)
    before = ask(owner, PRINTS)
    moved = play("upgrade_postgres", **pgdg)
    assert moved.returncode == 0, moved.stdout[-3000:]
    assert (major(owner), ask(owner, PRINTS), ask(owner, "show data_checksums")) == ("17", before, "on")
    assert clusters(owner) == {"17/main": "online", "15/before17": "down"}
    assert a_pass(owner) > runs
    owner("sudo darkpool-pgbackrest watch")
    again = play("upgrade_postgres", **pgdg)
    assert "PostgreSQL 17 runs already" in again.stdout, again.stdout[-3000:]
    assert "changed=0" in again.stdout


def test_a_deploy_that_wants_another_major_is_refused_with_the_way_to_it(play, pgdg):
    refused = play("site", "--tags", "postgresql", **{**pgdg, "postgresql_major": 15})
    assert refused.returncode != 0
    assert "make upgrade-postgres moves" in " ".join(refused.stdout.split())


def test_back_says_what_would_be_lost_and_goes_when_that_is_wanted(owner, play):
    back = {"postgresql_upgrade_back": True}
    refused = play("upgrade_postgres", **back)
    assert refused.returncode != 0
    assert "prints were stored since the upgrade" in refused.stdout
    assert major(owner) == "17"
    # As pg_dropcluster leaves it of one that was undone before.
    owner(
        "sudo mkdir -p /etc/postgresql/17/undone/conf.d; sudo touch /etc/postgresql/17/undone/conf.d/00-darkpool.conf"
    )
    gone = play("upgrade_postgres", **back, postgresql_upgrade_sure=True)
    assert gone.returncode == 0, gone.stdout[-3000:]
    assert major(owner) == "15"
    assert clusters(owner) == {"15/main": "online", "17/undone": "down"}
    runs = int(ask(owner, "select count(*) from ops.runs"))
    assert a_pass(owner) > runs
