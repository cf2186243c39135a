"""What is read out of the API's description of a droplet."""

from __future__ import annotations

from typing import Any


def public_address(droplet: dict[str, Any]) -> str:
    """Return a droplet's public IPv4 address; nothing while it has none."""
    return next((str(one["ip_address"]) for one in droplet["networks"]["v4"] if one["type"] == "public"), "")
