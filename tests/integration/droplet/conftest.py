"""One fake for all, emptied before each test."""

import pytest
from digitalocean import Owner, start, stop


@pytest.fixture(scope="session")
def one_cloud():
    found, process = start()
    yield found
    stop(process)


@pytest.fixture
def cloud(one_cloud):
    one_cloud.reset()
    return one_cloud


@pytest.fixture
def owner(cloud, tmp_path):
    return Owner(cloud, tmp_path)
