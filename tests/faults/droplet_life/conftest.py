"""A fake DigitalOcean whose droplets are containers, and an owner who rents one of them."""

import pytest
from digitalocean import TOKEN, start, stop
from rented import Inventory

from testbed import bed as beds
from testbed import engine

BED = beds.Bed("life")


@pytest.fixture(scope="session")
def cloud():
    engine.ensure()
    beds.down(BED)
    found, process = start("--bed", BED.name)
    yield found
    stop(process)
    beds.down(BED)


@pytest.fixture(scope="session")
def no_machines():
    """The API alone: its droplets answer nobody."""
    found, process = start()
    yield found
    stop(process)


@pytest.fixture(scope="session")
def inventory(cloud, tmp_path_factory):
    return Inventory(tmp_path_factory.mktemp("owner"), cloud.url, TOKEN, droplet_image="debian-12-x64")


@pytest.fixture
def containers():
    """The names of the containers that are there now."""
    return lambda: beds.lines(
        beds.run(
            "docker", "ps", "-a", "--filter", f"label={beds.LABEL}={BED.network}", "--format", "{{.Names}}"
        )
    )
