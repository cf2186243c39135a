"""Start the API simulator in its own container beside the droplet."""

from __future__ import annotations

import hashlib
import json
import tempfile
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from testbed import engine, images
from testbed.bed import CACHE, LABEL, ROOT, Bed, free_port, remove
from testbed.shell import TestbedError, run, say, wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence

# Its own system, whatever the droplet's is: it needs Python 3.11 or newer.
SYSTEM, PYTHON = "debian-12", "3.11"
PORT = 8080


def up(bed: Bed, options: Sequence[str] = ()) -> None:
    """Leave with a running simulator of today's code, reachable as http://simulator:8080 from the droplet."""
    recipe = _recipe(options)
    if bed.is_running("simulator") and _recipe_of(bed) == recipe:
        say("the API simulator runs already")
    else:
        _create(bed, recipe, options)
    wait_until("an answer of the simulator", lambda: _answers(bed), 30)


def url(bed: Bed) -> str:
    """Return the simulator's address as the laptop sees it."""
    published = run("docker", "port", bed.container("simulator"), f"{PORT}/tcp").splitlines()[0]
    return f"http://{published}"


def ask(bed: Bed, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 -- JSON of any shape
    """GET a control path of the simulator, or POST to it where a body is given."""
    request = urllib.request.Request(  # noqa: S310 -- our own container, on loopback
        url(bed) + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 -- same
        return json.load(answer)


def _create(bed: Bed, recipe: str, options: Sequence[str]) -> None:
    remove(bed, "simulator")
    name = bed.container("simulator")
    say(f"starting the API simulator: {name}")
    run(
        "docker", "create", "--name", name, "--hostname", "simulator", "--network", bed.network,
        "--network-alias", "simulator", "--label", f"{LABEL}={bed.network}", "--label", f"recipe={recipe}",
        "--publish", f"127.0.0.1:{free_port()}:{PORT}", "--env", "PYTHONPATH=/opt/site-packages",
        "--workdir", "/opt/app", images.droplet(SYSTEM),
        "python3", "-m", "simulator", "--host", "0.0.0.0", "--port", str(PORT), *options,
    )  # fmt: skip
    run("docker", "cp", f"{_site_packages()}/.", f"{name}:/opt/site-packages")
    run("docker", "cp", f"{ROOT / 'simulator'}/.", f"{name}:/opt/app/simulator")
    run("docker", "start", name)


def _site_packages() -> Path:
    """Return a folder with the simulator's locked dependencies for the container's Python and machine."""
    machine = engine.architecture()
    lock = hashlib.sha256((ROOT / "uv.lock").read_bytes()).hexdigest()[:12]
    folder = CACHE.parent / "simulator" / f"{SYSTEM}-{machine}-{lock}"
    if not folder.exists():
        locked = run(
            "uv", "export", "--quiet", "--frozen", "--only-group", "simulator", "--no-emit-project",
            "--project", ROOT,
        )  # fmt: skip
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            partial = Path(scratch, "packages")
            run(
                "uv", "pip", "install", "--quiet", "--target", partial, "--no-config",
                "--python-version", PYTHON, "--python-platform", f"{machine}-manylinux_2_28",
                "--only-binary", ":all:", "--require-hashes", "--requirements", "-", feed=locked,
            )  # fmt: skip
            try:
                partial.rename(folder)
            except OSError:
                # Two beds that start side by side both build it; the second finds the first one's.
                if not folder.exists():
                    raise
    return folder


def _recipe(options: Sequence[str]) -> str:
    digest = hashlib.sha256(" ".join(options).encode())
    for file in sorted((ROOT / "simulator").rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _recipe_of(bed: Bed) -> str:
    return run("docker", "inspect", "-f", '{{index .Config.Labels "recipe"}}', bed.container("simulator"))


def _answers(bed: Bed) -> bool:
    if not bed.is_running("simulator"):
        log = run("docker", "logs", bed.container("simulator"))
        raise TestbedError(f"the simulator ended at its start:\n{log}")
    try:
        ask(bed, "/_health")
    except OSError:
        return False
    return True
