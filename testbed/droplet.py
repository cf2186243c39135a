"""Start a droplet: a fresh server whose host key is known before the first connection."""

from __future__ import annotations

import tempfile
from pathlib import Path

from testbed import images
from testbed.bed import AS_A_SERVER, AS_RENTED, LABEL, OWN, Bed, free_port, remove, wait_for_boot
from testbed.shell import run, say, succeeds, wait_until

ADMIN = "trader"
# Kept from droplet to droplet of one bed; two that run side by side must not share its lock.
APT_CACHE = f"{OWN}packages"

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


def up(bed: Bed, *, fresh: bool) -> None:
    """Leave with a running droplet; with `fresh`, a new one in place of an old one."""
    if fresh:
        remove(bed, "droplet")
    if bed.is_running("droplet"):
        say(f"the droplet {bed.container('droplet')} runs already")
    elif bed.exists("droplet"):
        run("docker", "start", bed.container("droplet"))
    else:
        _create(bed)
    wait_for_boot(bed)
    wait_until("an answer of the droplet's sshd", lambda: _answers(bed), 20)


def make_keys(bed: Bed) -> None:
    """Make the owner's key and the droplet's host key once; they outlive the container."""
    bed.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (Path.home() / ".ssh").mkdir(exist_ok=True, mode=0o700)
    for key, comment in (("id_ed25519", f"owner of {bed.name}"), ("host_ed25519", f"host {bed.name}")):
        if not (bed.folder / key).exists():
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", bed.folder / key)
    host_key = (bed.folder / "host_ed25519.pub").read_text()
    (bed.folder / "known_hosts").write_text(f"darkpool-{bed.name} {host_key}")


def _create(bed: Bed) -> None:
    image = images.droplet(bed.system)
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
    _inject_keys(bed)
    run("docker", "start", name)
    config = SSH_CONFIG.format(folder=bed.folder, admin=ADMIN, port=port, name=bed.name)
    bed.ssh_config().write_text(config)


def _inject_keys(bed: Bed) -> None:
    """Do what cloud-init does with user data: put the host key and root's key in place before the first boot."""
    with tempfile.TemporaryDirectory() as folder:
        ssh = Path(folder) / "ssh"
        ssh.mkdir(mode=0o755)
        for source, target, mode in (
            ("host_ed25519", "ssh_host_ed25519_key", 0o600),
            ("host_ed25519.pub", "ssh_host_ed25519_key.pub", 0o644),
        ):
            (ssh / target).write_bytes((bed.folder / source).read_bytes())
            (ssh / target).chmod(mode)
        keys = Path(folder) / "authorized_keys"
        keys.write_bytes((bed.folder / "id_ed25519.pub").read_bytes())
        keys.chmod(0o600)
        name = bed.container("droplet")
        run("docker", "cp", f"{ssh}/.", f"{name}:/etc/ssh/")
        run("docker", "cp", keys, f"{name}:/root/.ssh/authorized_keys")


def _answers(bed: Bed) -> bool:
    """Root is let in on a fresh droplet; on a hardened one a refusal is an answer too."""
    listening = ("docker", "exec", bed.container("droplet"), "ss", "-Hltn", "sport = :22")
    return succeeds(*listening) and bool(run(*listening))
