"""Whether the server of an inventory is rented from here (exit 0), or is its owner's affair (exit 1)."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from laptop.questions import VAULT
from laptop.vault import Vault, password_file
from laptop.words import Refused


def rented(inventory: Path) -> bool:
    """A token in the vault, and no address that a person wrote down, in hosts.yml or for a pair.

    Raises:
        Refused: the vault does not open.
    """
    vault = Vault(inventory / VAULT, password_file(inventory))
    if not vault.file.exists():
        return False
    token = str((yaml.safe_load(vault.read()) or {}).get("vault_droplet_api_token") or "<")
    hosts = (yaml.safe_load((inventory / "hosts.yml").read_text()) or {}).get("droplets", {}).get("hosts", {})
    # Of a pair: which machine is on the post is said there, and changes with a failover.
    if (inventory / "host_vars/droplet/machine.yml").exists():
        return False
    typed = [str((facts or {}).get("ansible_host", "<")) for facts in hosts.values()]
    return not token.startswith("<") and all(address.startswith("<") for address in typed)


if __name__ == "__main__":
    try:
        sys.exit(0 if rented(Path(sys.argv[1])) else 1)
    except Refused as refused:
        # What does not open here, the deploy itself says better.
        print(refused, file=sys.stderr)
        sys.exit(1)
