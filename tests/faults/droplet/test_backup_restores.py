"""The nightly dump restores into an empty database, with every row."""

from testbed import session

TABLES = ("trading.darkpool_trades", "trading.options_flow", "trading.market_metrics", "ops.coverage")


def test_last_nights_dump_restores_into_an_empty_database_with_equal_row_counts(owner, rows):
    owner(f"sudo {session.PAUSE}")
    try:
        owner("sudo systemctl start darkpool-backup.service")
        dump = owner(
            "sudo find /var/backups/darkpool -name '*.dump' -printf '%T@ %p\\n' | sort -n | tail -1"
        ).split()[1]
        owner("sudo -u postgres createdb restored")
        owner(f"sudo cat {dump} | sudo -u postgres pg_restore --dbname restored --exit-on-error")
        for table in TABLES:
            count = f"select count(*) from {table}"
            restored = owner(f"sudo -u postgres psql -XAtc '{count}' restored")
            assert restored == rows(count)[0][0], table
        assert int(rows("select count(*) from trading.darkpool_trades")[0][0]) > 1000
    finally:
        owner(f"sudo -u postgres dropdb --if-exists restored; sudo {session.RESUME}")
