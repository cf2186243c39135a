"""This machine: its tools, the inventory, the ssh key."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import cloud

from checks.said import Facts, Ill, is_open, read

TOOLS = {"ssh": "openssh-client", "ssh-keygen": "openssh-client", "git": "git"}
# What is asked of the inventory, with the roles' own defaults where it says nothing.
ASKED = {
    "token": "droplet_api_token | default('')",
    "url": "droplet_api_url | default('https://api.digitalocean.com')",
    "name": "droplet_name | default('darkpool-' ~ (inventory_dir | basename))",
    "size": "droplet_size | default('s-1vcpu-2gb')",
    "region": "droplet_region | default('nyc3')",
    "image": "droplet_image | default('ubuntu-22-04-x64')",
    "volume": "droplet_volume_gb | default(0)",
    "reserved": "droplet_reserved_ip_enabled | default(false)",
    "address": "ansible_host | default('')",
    "admins": "firewall_admin_addresses | default([])",
    "key_file": "ansible_ssh_private_key_file | default('')",
    "keys": "users_accounts | map(attribute='authorized_keys') | flatten",
    "secrets": "[collector_api_key, postgresql_analyst_password]",
    "vendor": "collector_api_url | default('')",
    "symbols": "collector_symbols | default(['SPY'])",
}


def tools(_facts: Facts) -> str:
    """See that the system's own tools are there; the others are locked in .venv."""
    missing = sorted({package for tool, package in TOOLS.items() if not shutil.which(tool)})
    if missing:
        raise Ill(
            f"not installed: {', '.join(missing)}. Debian, Ubuntu: sudo apt-get install {' '.join(missing)}"
        )
    return ", ".join(TOOLS)


def vault(facts: Facts) -> str:
    """Read the inventory, secrets and all."""
    asked = ", ".join(f"'{name}': {expression}" for name, expression in ASKED.items())
    try:
        facts |= cloud.asked_of(facts["inventory"], f"{{{{ {{{asked}}} }}}}")
    except cloud.Refused as refused:
        said = str(refused)
        if "vault" in said.lower():
            raise Ill(
                "vault.yml is locked: export ANSIBLE_VAULT_PASSWORD_FILE=<the file with its password>"
            ) from None
        raise Ill(f"the inventory cannot be read: {said.splitlines()[0]}") from None
    return "the inventory can be read"


def filled_in(facts: Facts) -> str:
    """See that no placeholder of the example is left; a token or an address may be."""
    needed = {"vault.yml": read(facts, "secrets"), "users.yml": read(facts, "keys")}
    left = [
        f"{file}: fill in {value[1:-1]}"
        for file, values in needed.items()
        for value in values
        if is_open(value)
    ]
    if left:
        raise Ill("; ".join(left))
    return "nothing is left open"


def ssh_key(facts: Facts) -> str:
    """See that ssh has the private half of a key that the server knows."""
    wanted = {key.split()[1] for key in read(facts, "keys") if len(key.split()) > 1}
    loaded = subprocess.run(
        ["ssh-add", "-L"], capture_output=True, text=True, check=False
    ).stdout.splitlines()
    files = [Path(facts["key_file"])] if facts["key_file"] else sorted((Path.home() / ".ssh").glob("id_*"))
    halves = [file.with_name(f"{file.name}.pub") for file in files if not file.name.endswith(".pub")]
    loaded += [half.read_text() for half in halves if half.exists()]
    if not wanted & {line.split()[1] for line in loaded if len(line.split()) > 1}:
        raise Ill(
            "ssh has no key of users.yml: ssh-add ~/.ssh/id_ed25519, or put the key that you have into users.yml"
        )
    return "ssh has a key that the server knows"
