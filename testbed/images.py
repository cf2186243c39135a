"""Build what the containers start from, once, and keep it keyed by its recipe."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from testbed import engine
from testbed.shell import TestbedError, run, say, succeeds

RECIPES = Path(__file__).parent / "image"
MMDEBSTRAP_INCLUDE = "ca-certificates,python3,systemd,systemd-sysv"
DRESSED = ("droplet.Dockerfile", "dress.sh")
DRESSED_AS_UBUNTU = (*DRESSED, "ubuntu.Dockerfile", "dress-ubuntu.sh")
# Any Debian will do: its browser and driver are kept up to date together.
BROWSER_SYSTEM = "debian-12"
CLOUDED = ("cloud.Dockerfile", "90-provider.cfg")


@dataclasses.dataclass(frozen=True)
class System:
    """Where a droplet's image comes from."""

    pulled: str
    suite: str = ""  # what is bootstrapped where no registry answers; nothing if it cannot be
    ubuntu: str = ""  # the version that a Debian says it is


SYSTEMS = {
    "debian-12": System("debian:12", "bookworm"),
    "debian-13": System("debian:13", "trixie"),
    "ubuntu-22.04": System("ubuntu:22.04"),
    "ubuntu-24.04": System("ubuntu:24.04"),
    # For the branches that ask for Ubuntu, where its images cannot be had. What they cannot show: docs/decisions/0031.
    "dressed-ubuntu-22.04": System("debian:12", "bookworm", "22.04"),
    "dressed-ubuntu-24.04": System("debian:12", "bookworm", "24.04"),
}


def droplet(system: str, *, cloud_init: bool = False) -> str:
    """Return the name of the droplet image of a system, building it if its recipe is new.

    Raises:
        TestbedError: the system is unknown, or neither a registry nor the packages can be reached.
    """
    if system not in SYSTEMS:
        raise TestbedError(f"no such system: {system}; there are {', '.join(SYSTEMS)}")
    if cloud_init:
        return _clouded(system)
    if SYSTEMS[system].ubuntu:
        return _dressed(system)
    name = f"darkpool-droplet:{system}-{_recipe_hash(*DRESSED)}"
    if not _exists(name):
        base = _base(system)
        say(f"building the image of a fresh {system} droplet (kept for next time)")
        _build("droplet.Dockerfile", name, base)
    return name


def _dressed(system: str) -> str:
    name = f"darkpool-droplet:{system}-{_recipe_hash(*DRESSED_AS_UBUNTU)}"
    if not _exists(name):
        wanted = SYSTEMS[system]
        base = droplet(next(one for one, how in SYSTEMS.items() if how.pulled == wanted.pulled))
        say(f"dressing a Debian as Ubuntu {wanted.ubuntu} (kept for next time)")
        _build("ubuntu.Dockerfile", name, base, "--build-arg", f"VERSION={wanted.ubuntu}")
    return name


def _clouded(system: str) -> str:
    base = droplet(system)
    name = f"darkpool-cloud:{base.partition(':')[2]}-{_recipe_hash(*CLOUDED)}"
    if not _exists(name):
        say(f"adding the distribution's cloud-init to {system} (kept for next time)")
        _build("cloud.Dockerfile", name, base)
    return name


def lab(system: str) -> str:
    """Return the name of the image of the machine that attacks, building it if its recipe is new."""
    base = droplet(system)
    name = f"darkpool-lab:{base.partition(':')[2]}-{_recipe_hash('lab.Dockerfile')}"
    if not _exists(name):
        say("building the image of the second machine, which attacks (kept for next time)")
        _build("lab.Dockerfile", name, base)
    return name


def browser() -> str:
    """Return the name of the image of the browser that opens our pages in tests, building it if its recipe is new."""
    name = f"darkpool-browser:{BROWSER_SYSTEM}-{_recipe_hash('browser.Dockerfile')}"
    if not _exists(name):
        base = _base(BROWSER_SYSTEM)
        say("building the image of a browser without a screen (half a minute; kept for next time)")
        _build("browser.Dockerfile", name, base)
    return name


def _base(system: str) -> str:
    """The only place where a desk with a registry and a desk without one differ."""
    pulled, suite = SYSTEMS[system].pulled, SYSTEMS[system].suite
    if _exists(pulled) or succeeds("docker", "pull", "--quiet", pulled, timeout_s=300):
        return pulled
    kept = f"darkpool-base:{suite or system}"
    if not _exists(kept):
        _bootstrap(suite, kept, pulled)
    return kept


def _bootstrap(suite: str, name: str, pulled: str) -> None:
    if not suite or os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise TestbedError(
            f"{pulled} cannot be pulled: no image registry answers. Without one only Debian's base images "
            f"can be made, on Debian as root. Connect to the internet, or run `docker pull {pulled}`."
        )
    if shutil.which("mmdebstrap") is None:
        say("installing mmdebstrap (no image registry answers, so the base is made from packages)")
        engine.apt_install("mmdebstrap")
    say(f"bootstrapping {suite} from packages (about half a minute, once)")
    with tempfile.TemporaryDirectory() as folder:
        tar = Path(folder) / "base.tar"
        run("mmdebstrap", "--variant=minbase", f"--include={MMDEBSTRAP_INCLUDE}", suite, tar)
        run("docker", "import", tar, name)


def _build(recipe: str, name: str, base: str, *options: str) -> None:
    run(
        "docker", "build", "--quiet", "--tag", name, "--build-arg", f"BASE={base}", *options,
        "--file", RECIPES / recipe, RECIPES, timeout_s=900,
    )  # fmt: skip


def _exists(name: str) -> bool:
    return succeeds("docker", "image", "inspect", name)


def _recipe_hash(*files: str) -> str:
    digest = hashlib.sha256(MMDEBSTRAP_INCLUDE.encode())
    for file in files:
        digest.update((RECIPES / file).read_bytes())
    return digest.hexdigest()[:12]
