"""The same real parts as the integration tests."""

from embedded import *  # noqa: F403 - a fixture is found where it is imported
