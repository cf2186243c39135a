"""The same real parts as the integration tests."""

from embedded import collector, database, empty_database, server, simulator

__all__ = ["collector", "database", "empty_database", "server", "simulator"]
