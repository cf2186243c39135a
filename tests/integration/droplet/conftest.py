"""One fake for all, emptied before each test."""

import pytest
import requests
from digitalocean import Owner, start, stop
from moto.server import ThreadedMotoServer


@pytest.fixture(scope="session")
def one_cloud():
    found, process = start()
    yield found
    stop(process)


@pytest.fixture(scope="session")
def s3():
    """A real S3 server, where the cloud has Spaces."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def cloud(one_cloud, s3):
    one_cloud.reset()
    requests.post(f"{s3}/moto-api/reset", timeout=5).raise_for_status()
    one_cloud.spaces = s3
    return one_cloud


@pytest.fixture
def owner(cloud, tmp_path):
    return Owner(cloud, tmp_path)
