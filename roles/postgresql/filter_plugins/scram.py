"""A SCRAM-SHA-256 verifier as PostgreSQL stores it, so that the password itself never leaves the laptop."""

from __future__ import annotations

import base64
import hashlib
import hmac

ITERATIONS = 4096  # PostgreSQL's own default


def scram_verifier(password: str, seed: str) -> str:
    """Return what `ALTER ROLE ... PASSWORD` takes; the salt follows from the seed: same input, same text."""
    return verifier(password, hashlib.sha256(f"darkpool scram salt {seed}".encode()).digest()[:16])


def verifier(password: str, salt: bytes) -> str:
    """RFC 5802 in PostgreSQL's spelling."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, ITERATIONS)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${ITERATIONS}:{_text(salt)}${_text(stored_key)}:{_text(server_key)}"


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


class FilterModule:
    """Ansible's way of finding the filter."""

    def filters(self) -> dict[str, object]:
        """Name the filter."""
        return {"scram_verifier": scram_verifier}
