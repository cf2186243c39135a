"""What every integration test may ask for."""

from embedded import *  # noqa: F403 - a fixture is found where it is imported
