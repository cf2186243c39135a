"""The same real parts as the integration tests."""

from batches import connection  # noqa: F401 - a fixture is found where it is imported
from budgeted import *  # noqa: F403 - same
from embedded import *  # noqa: F403 - same
