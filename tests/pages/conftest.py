"""Pages are opened in a real browser, which a container holds; without a container engine these tests cannot run."""

import contextlib

import pytest
from browsing import start
from days import collected  # noqa: F401 - a fixture is found where it is imported
from embedded import *  # noqa: F403 - same
from selenium.common.exceptions import WebDriverException

from testbed import browser as container
from testbed import engine


@pytest.fixture(scope="session")
def browser():
    """One browser for all tests of a run; each opens its own page."""
    engine.ensure()
    bed = container.bed()
    try:
        started = start(bed)
        yield started
        with contextlib.suppress(WebDriverException):
            started.driver.quit()
    finally:
        container.down(bed)
