"""Days that the real collector took from the stand-in for the vendor, once for all tests of pages that only read."""

import pytest
import simulator_process
from embedded import Collector, Database, tool_settings

__all__ = ["collected"]
SYMBOL, DAY = "SPY", "2026-11-20"
EVENINGS = ("2026-11-18", "2026-11-19", DAY)
# All that a report is made of.
FEEDS = (
    "darkpool_trades",
    "ohlc_1m",
    "darkpool_price_levels",
    "flow_per_expiry",
    "flow_per_strike",
    "net_prem_ticks",
    "market_tide",
    "flow_alerts",
    "iv_rank",
    "sector_tide",
    "etf_tide",
)


@pytest.fixture(scope="session")
def collected(server, tmp_path_factory):
    """Three sessions, each looked at in its evening, the last one at noon too."""
    server.execute("create database collected template template_darkpool owner darkpool_owner")
    database, folder = Database(server, "collected"), tmp_path_factory.mktemp("collector")
    vendor = simulator_process.start(symbols=SYMBOL, prints_per_day=2000)
    tool = Collector(
        {
            **tool_settings(vendor),
            "COLLECTOR_SYMBOLS": SYMBOL,
            "COLLECTOR_FEEDS": ",".join(FEEDS),
            "COLLECTOR_DATABASE_DSN": database.dsn("collector"),
            "COLLECTOR_LOG_FILE": str(folder / "collector.log"),
            "COLLECTOR_STATE_DIR": str(folder),
        }
    )
    try:
        # The last day is looked at at noon too: what the afternoon added can be told apart.
        for at in (*(f"{one}T21:05:03" for one in EVENINGS[:-1]), f"{DAY}T12:00:03", f"{DAY}T21:05:03"):
            done = tool.at(vendor, f"{at}-05:00")
            assert done.returncode == 0, done.stdout + done.stderr
    finally:
        vendor.stop()
    return database
