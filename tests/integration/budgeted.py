"""A client on a budget of its own, whose clocks stand still until it sleeps."""

from datetime import UTC, datetime, timedelta

import pytest

from collector.wire.budget import Budget
from collector.wire.client import Client

# The fixtures, for a conftest to import.
__all__ = ["client", "fake"]

PATH = "/api/stock/SPY/iv-rank"
NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)


class Fake:
    """A steady clock that only sleeping moves, and New York's time beside it."""

    def __init__(self, now=NOON):
        self.at, self.wall, self.naps = 1000.0, now, []

    def sleep(self, seconds):
        self.naps.append(seconds)
        self.at += seconds
        self.wall += timedelta(seconds=seconds)


@pytest.fixture
def fake():
    return Fake()


@pytest.fixture
def client(fresh_simulator, tmp_path, fake):
    budget = Budget(str(tmp_path), clock=lambda: fake.at, boot="b")
    made = Client(
        fresh_simulator.url, fresh_simulator.api_key, "9.9", 5, fake.sleep, budget, lambda: fake.wall
    )
    made.budget = budget
    yield made
    made.close()


def ask(client, feed="prints", priority=10, **more):
    return client.get(PATH, {}, feed=feed, priority=priority, **more)
