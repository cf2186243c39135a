"""What every integration test may ask for."""

from embedded import collector, database, empty_database, server, simulator

__all__ = ["collector", "database", "empty_database", "server", "simulator"]
