"""What the owner chose, checked and worded once."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any


@dataclasses.dataclass(frozen=True)
class Settings:
    """The droplet and everything around it. `name` is also the tag, and the name of all that belongs to it."""

    name: str
    region: str
    size: str
    image: str
    ssh_keys: tuple[str, ...]
    known_hosts: Path
    host_key: Path
    address_file: Path
    spaces_key_file: Path
    vpc_range: str = ""
    firewall_rules: tuple[dict[str, Any], ...] = ()
    volume_gb: int = 0
    reserved_ip: bool = False
    known_address: str = ""
    alerts: tuple[dict[str, Any], ...] = ()
    alert_emails: tuple[str, ...] = ()
    uptime: bool = True
    spaces_bucket: str = ""
    spaces_url: str = "https://nyc3.digitaloceanspaces.com"
    boot_limit_s: int = 300
    # What was attached or has just left is held for a while.
    held_limit_s: float = 120
