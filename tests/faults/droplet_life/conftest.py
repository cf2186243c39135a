"""A fake DigitalOcean whose droplets are containers, the vendor's API beside them, and an owner with his own clone."""

import datetime as dt
import shutil
import subprocess

import pytest
from digitalocean import TOKEN, start, stop
from rented import ROOT, Inventory

from testbed import bed as beds
from testbed import engine, simulator, world

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
def vendor(cloud):
    """The API that is collected from, late on a session's afternoon: its settings."""
    beds.network_up(BED)
    simulator.up(
        BED, ("--api-key", Inventory.api_key, "--prints-per-day", "400", "--requests-per-minute", "6000")
    )
    world.leave(BED)
    world.enter(BED, dt.time(15, 40))
    # By its address: the owner's laptop asks it too, and knows no names of the bed.
    url = f"http://{beds.address(BED, 'simulator')}:8080"
    yield {"collector_api_url": url, "collector_clock_offset_s": world.offset_s(BED)}
    world.leave(BED)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory):
    """A clone of what is here, with the tool chain and the caches that are here."""
    clone = tmp_path_factory.mktemp("home") / "darkpool"
    listed = ["git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in (name for name in names if name and (ROOT / name).exists()):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, clone / name, follow_symlinks=False)
    for kept in (".venv", ".cache"):
        (clone / kept).symlink_to(ROOT / kept)
    return clone


@pytest.fixture(scope="session")
def inventory(cloud, vendor, checkout):
    """What make init wrote, with nobody at the keyboard."""
    found = Inventory(checkout.parent, cloud.url, TOKEN, checkout=checkout, droplet_image="debian-12-x64")
    found.put("collector", **vendor)
    found.let_alone()
    return found


@pytest.fixture
def containers():
    """The names of the droplets' containers that are there now."""
    mine = ("--filter", f"label={beds.LABEL}={BED.network}", "--filter", f"name={BED.container('do')}")
    return lambda: beds.lines(beds.run("docker", "ps", "-a", *mine, "--format", "{{.Names}}"))
