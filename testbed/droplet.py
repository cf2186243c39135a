"""Start a droplet: a fresh server whose host key is known before the first connection."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from testbed import images
from testbed.bed import AS_A_SERVER, AS_RENTED, LABEL, OWN, Bed, free_port, remove, wait_for_boot
from testbed.shell import run, say, succeeds, wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping

ADMIN = "trader"
# Kept from droplet to droplet of one bed; two that run side by side must not share its lock.
APT_CACHE = f"{OWN}packages"
# Where a droplet without a metadata service finds its user data, and the kinds of host key that an image makes itself.
SEED = "/var/lib/cloud/seed/nocloud"
OTHER_HOST_KEYS = ("rsa", "ecdsa")

SSH_CONFIG = """\
# Written by the test bed. Use it with: ssh -F {folder}/ssh_config droplet
Host droplet
  HostName 127.0.0.1
  Port {port}
  User {admin}
  HostKeyAlias darkpool-{name}
  UserKnownHostsFile "{folder}/known_hosts"
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  IdentityFile "{folder}/id_ed25519"
  IdentitiesOnly yes
  IdentityAgent none
  LogLevel ERROR
  ControlPath ~/.ssh/darkpool-%C
"""


def up(
    bed: Bed, *, fresh: bool, user_data: Mapping[str, Any] | None = None, wait_for_units: bool = True
) -> None:
    """Leave with a running droplet; with `fresh`, a new one in place of an old one.

    With `user_data`, the distribution's cloud-init puts the keys in place, and does what else stands there; then a boot
    may fail or last, and `wait_for_units=False` waits for sshd alone.
    """
    if fresh:
        remove(bed, "droplet")
    if bed.is_running("droplet"):
        say(f"the droplet {bed.container('droplet')} runs already")
    elif bed.exists("droplet"):
        run("docker", "start", bed.container("droplet"))
    else:
        _create(bed, user_data)
    if wait_for_units:
        wait_for_boot(bed)
    wait_until("an answer of the droplet's sshd", lambda: _answers(bed), 60)


def make_keys(bed: Bed) -> None:
    """Make the owner's key and the droplet's host key once; they outlive the container."""
    bed.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (Path.home() / ".ssh").mkdir(exist_ok=True, mode=0o700)
    for key, comment in (("id_ed25519", f"owner of {bed.name}"), ("host_ed25519", f"host {bed.name}")):
        if not (bed.folder / key).exists():
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", bed.folder / key)
    for kind in OTHER_HOST_KEYS:
        if not (bed.folder / f"host_{kind}").exists():
            run("ssh-keygen", "-q", "-t", kind, "-N", "", "-f", bed.folder / f"host_{kind}")
    host_key = (bed.folder / "host_ed25519.pub").read_text()
    (bed.folder / "known_hosts").write_text(f"darkpool-{bed.name} {host_key}")


def _create(bed: Bed, user_data: Mapping[str, Any] | None) -> None:
    image = images.droplet(bed.system, cloud_init=user_data is not None)
    make_keys(bed)
    port = free_port()
    name = bed.container("droplet")
    say(f"starting a fresh droplet: {name} ({bed.system}, 2 GB, 1 vCPU, ssh on 127.0.0.1:{port})")
    run(
        "docker", "create", "--name", name, "--hostname", bed.network,
        "--network", bed.network, "--label", f"{LABEL}={bed.network}", *AS_RENTED, *AS_A_SERVER,
        "--restart", "unless-stopped", "--publish", f"127.0.0.1:{port}:22",
        "--volume", f"{APT_CACHE}-{bed.name}-{bed.system}:/var/cache/apt/archives", image,
    )  # fmt: skip
    if user_data is None:
        _inject_keys(bed)
    else:
        _inject_user_data(bed, user_data)
    run("docker", "start", name)
    config = SSH_CONFIG.format(folder=bed.folder, admin=ADMIN, port=port, name=bed.name)
    bed.ssh_config().write_text(config)


def _inject_keys(bed: Bed) -> None:
    """Do what cloud-init does with user data: put the host key and root's key in place before the first boot."""
    files = {"/root/.ssh/authorized_keys": (bed.folder / "id_ed25519.pub", 0o600)}
    for kind in ("ed25519", *OTHER_HOST_KEYS):
        files[f"/etc/ssh/ssh_host_{kind}_key"] = (bed.folder / f"host_{kind}", 0o600)
        files[f"/etc/ssh/ssh_host_{kind}_key.pub"] = (bed.folder / f"host_{kind}.pub", 0o644)
    for target, (source, mode) in files.items():
        _put(bed, source.read_text(), target, mode)


def _inject_user_data(bed: Bed, user_data: Mapping[str, Any]) -> None:
    """Say it as the provider does: root's key is the provider's word, the host key is the owner's."""
    keys = {
        "ed25519_private": (bed.folder / "host_ed25519").read_text(),
        "ed25519_public": (bed.folder / "host_ed25519.pub").read_text().strip(),
    }
    ours = {"ssh_keys": keys, "ssh_deletekeys": True, "ssh_genkeytypes": ["ed25519"], "disable_root": False}
    # Of each droplet its own, as a new one boots for the first time; the same over its reboots.
    instance = run("docker", "inspect", "-f", "{{.Id}}", bed.container("droplet"))
    meta = {"instance-id": instance, "public-keys": [(bed.folder / "id_ed25519.pub").read_text().strip()]}
    _put(bed, json.dumps(meta), f"{SEED}/meta-data", 0o600)
    _put(bed, f"#cloud-config\n{json.dumps({**ours, **user_data})}\n", f"{SEED}/user-data", 0o600)


def _put(bed: Bed, text: str, target: str, mode: int) -> None:
    """Put a file of root's into a droplet that has not been started."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "file"
        file.write_text(text)
        file.chmod(mode)
        run("docker", "cp", file, f"{bed.container('droplet')}:{target}")


def _answers(bed: Bed) -> bool:
    """Root is let in on a fresh droplet; on a hardened one a refusal is an answer too."""
    listening = ("docker", "exec", bed.container("droplet"), "ss", "-Hltn", "sport = :22")
    return succeeds(*listening) and bool(run(*listening))
