"""What every integration test may ask for."""

from budgeted import *  # noqa: F403 - a fixture is found where it is imported
from embedded import *  # noqa: F403 - same
