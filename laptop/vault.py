"""The inventory's secrets: encrypted by ansible-vault, its password never inside the checkout."""

from __future__ import annotations

import os
import secrets
import shlex
import subprocess
from pathlib import Path

from laptop.words import Refused

ENCRYPTED = "$ANSIBLE_VAULT"


class Vault:
    """One encrypted file, and what opens it: a file with the password, or a program that prints it."""

    def __init__(self, file: Path, password: Path) -> None:
        self.file = file
        self.password = password

    def read(self) -> str:
        """Decrypt into memory; a file that is not encrypted yet is read as it is.

        Raises:
            Refused: the password does not fit.
        """
        text = self.file.read_text()
        return self._call("decrypt", text) if text.startswith(ENCRYPTED) else text

    def write(self, text: str) -> None:
        """Encrypt in memory and replace the file at once: no moment has the secrets on disk in clear."""
        partial = self.file.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(self._call("encrypt", text))
        partial.replace(self.file)

    def _call(self, verb: str, text: str) -> str:
        # Told by the environment alone: a second name for the same password would be a second identity.
        # Nor may it speak between the lines of what it opens.
        told = {
            **os.environ,
            "ANSIBLE_VAULT_PASSWORD_FILE": str(self.password.absolute()),
            "ANSIBLE_VERBOSITY": "0",
        }
        told.pop("ANSIBLE_LOG_PATH", None)
        command = ["ansible-vault", verb, "--output", "-", "-"]
        done = subprocess.run(command, input=text, env=told, capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stderr.strip().splitlines() or ["ansible-vault said nothing"])[-1]
            raise Refused.because(
                f"{self.file} cannot be {verb}ed with {self.password}: {said}",
                "name the right file: export ANSIBLE_VAULT_PASSWORD_FILE=...",
            )
        return done.stdout


def password_file(inventory: Path) -> Path:
    """Where the password is: what Ansible is told already, or a place of ours outside the checkout."""
    told = os.environ.get("ANSIBLE_VAULT_PASSWORD_FILE")
    if told:
        return Path(told).expanduser()
    config = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    return config / "darkpool" / f"{inventory.name}-vault-password"


def ensure_password(file: Path) -> bool:
    """Leave with a password; True when it was made now, by chance or as a call of the owner's own command.

    Raises:
        Refused: Ansible was told of a file that is not there.
    """
    if file.exists():
        return False
    if os.environ.get("ANSIBLE_VAULT_PASSWORD_FILE"):
        raise Refused.because(
            f"ANSIBLE_VAULT_PASSWORD_FILE names {file}, which is not there",
            f"put a password into it: openssl rand -hex 32 > {shlex.quote(str(file))}",
        )
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    command = os.environ.get("VAULT_PASSWORD_COMMAND")
    file.touch(mode=0o700 if command else 0o600)
    file.write_text(f"#!/bin/sh\nexec {command}\n" if command else f"{secrets.token_hex(32)}\n")
    return True
