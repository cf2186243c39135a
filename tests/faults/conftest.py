"""The same real parts as the integration tests."""

from embedded import (
    collector,
    database,
    empty_database,
    fresh_simulator,
    long_lived_simulator,
    server,
    simulator,
    untouched,
)

__all__ = [
    "collector",
    "database",
    "empty_database",
    "fresh_simulator",
    "long_lived_simulator",
    "server",
    "simulator",
    "untouched",
]
