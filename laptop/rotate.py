"""Replace one secret everywhere: in the vault and on the server, or nowhere."""

from __future__ import annotations

import argparse
import getpass
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from laptop.questions import VAULT, api_key
from laptop.vault import Vault, password_file
from laptop.words import Refused, guarded

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Secret:
    """A line of the vault, where its new value comes from, and which roles carry it to the server."""

    key: str
    asks: str
    """What the vendor's page calls it; empty where chance makes it."""
    roles: str
    """Tags of site.yml; empty where only the laptop has it."""


SECRETS = {
    "analyst": Secret("vault_postgresql_analyst_password", "", "postgresql"),
    "api-key": Secret("vault_collector_api_key", "The new Unusual Whales API key", "collector"),
    "digitalocean": Secret("vault_droplet_api_token", "The new DigitalOcean token", ""),
}


def rotate(inventory: Path, name: str, *, play: Callable[[str], int]) -> int:
    """Write the new value, carry it to the server; put the old one back where the server did not take it.

    Args:
        inventory: the folder.
        name: one of SECRETS.
        play: runs site.yml with these tags and returns its exit code.

    Raises:
        Refused: no value, or the vault does not open.
    """
    secret = SECRETS[name]
    vault = Vault(inventory / VAULT, password_file(inventory))
    if not vault.file.exists():
        raise Refused.because(f"{inventory} has no vault", "make init")
    before, text = vault.file.read_bytes(), vault.read()
    line = re.compile(rf"^{secret.key}:.*$", re.MULTILINE)
    if not line.search(text):
        raise Refused.because(f"{vault.file} has no {secret.key}", f"ansible-vault edit {vault.file}")
    value = new_value(secret)
    vault.write(line.sub(lambda _: f'{secret.key}: "{value}"', text))
    code = play(secret.roles) if secret.roles else 0
    if code:
        vault.file.write_bytes(before)
        raise Refused.because(
            f"the server did not take the new {name}; the vault has the old one again", "make deploy"
        )
    print(f"\n{name}: replaced in {vault.file}{' and on the server' if secret.roles else ''}.")
    if secret.asks:
        print("Now revoke the old one where you made it.")
    return 0


def new_value(secret: Secret) -> str:
    """By chance, or from the environment, or from a person who does not see it on the screen.

    Raises:
        Refused: nobody is here to ask, or it cannot be right.
    """
    if not secret.asks:
        return secrets.token_hex(24)
    given = os.environ.get("NEW_SECRET", "")
    if not given and not sys.stdin.isatty():
        raise Refused.because(f"{secret.asks} is needed, and nobody is here to ask", "export NEW_SECRET=...")
    try:
        return api_key(given or getpass.getpass(f"{secret.asks}: ").strip())
    except ValueError as wrong:
        raise Refused.because(f"{secret.asks} {wrong}", "export NEW_SECRET=...") from None


def main() -> int:
    """Read the command line; what follows -- is the command that plays site.yml."""
    parser = argparse.ArgumentParser(prog="make rotate SECRET=...", description=__doc__)
    parser.add_argument("inventory", type=Path, help="as inventory/production")
    parser.add_argument(
        "secret", choices=sorted(SECRETS), help="NEW_SECRET answers unattended what would be asked"
    )
    parser.add_argument("options", nargs="*", help="for ansible-playbook, after --")
    given = parser.parse_args()
    words = ["ansible-playbook", "-i", str(given.inventory), "ansible/playbooks/site.yml", *given.options]

    def play(tags: str) -> int:
        return subprocess.run([*words, "--tags", tags], cwd=ROOT, check=False).returncode

    return guarded(lambda: rotate(given.inventory, given.secret, play=play))


if __name__ == "__main__":
    sys.exit(main())
