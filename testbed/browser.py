"""Start a browser without a screen in a container of its own; the tests of pages drive it through WebDriver."""

from __future__ import annotations

import os
import urllib.request
from pathlib import Path, PurePosixPath

from testbed import images
from testbed.bed import LABEL, Bed, free_port, remove
from testbed.shell import TestbedError, run, say, wait_until

PORT = 9515
PAGES = PurePosixPath("/pages")
# Where a page that a test serves on this machine is found from inside; it must listen on more than loopback.
HOST = "laptop"


def bed() -> Bed:
    """Return the bed of this run's browser; tests that run side by side have one each."""
    return Bed(f"pages{os.environ.get('PYTEST_XDIST_WORKER', '')}")


def up(bed: Bed) -> str:
    """Start a fresh browser and return the address of its driver, which only this machine can reach."""
    image = images.browser()
    remove(bed, "browser")
    name, port = bed.container("browser"), free_port()
    say(f"starting a browser without a screen: {name}")
    run(
        "docker", "run", "--detach", "--name", name, "--label", f"{LABEL}={bed.network}", "--memory", "1500m",
        "--shm-size", "256m", "--add-host", f"{HOST}:host-gateway", "--publish", f"127.0.0.1:{port}:{PORT}", image,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    wait_until("an answer of the browser's driver", lambda: _answers(bed, url), 30)
    return url


def put(bed: Bed, file: Path) -> str:
    """Copy a page into the browser's container, readable there, and return the address under which it opens it."""
    target = PAGES / file.name
    run("docker", "cp", file.resolve(), f"{bed.container('browser')}:{target}")
    run("docker", "exec", "--user", "root", bed.container("browser"), "chmod", "a+r", str(target))
    return f"file://{target}"


def down(bed: Bed) -> None:
    """End the browser; its image is kept."""
    remove(bed, "browser")


def _answers(bed: Bed, url: str) -> bool:
    if not bed.is_running("browser"):
        raise TestbedError(
            f"the browser ended at its start:\n{run('docker', 'logs', bed.container('browser'))}"
        )
    try:
        with urllib.request.urlopen(f"{url}/status", timeout=5) as answer:  # noqa: S310 -- our own container
            return bool(answer.status == 200)  # noqa: PLR2004 -- HTTP's word for yes
    except OSError:
        return False
