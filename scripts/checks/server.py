"""The server: whether it lets us in, which address it sees us come from, and whether that one stays welcome."""

from __future__ import annotations

import ipaddress
import re
import socket
import subprocess
from pathlib import Path

from checks.said import Facts, Ill, Waits, is_open, read

CONNECTS_WITHIN_S = 15
# Bans are asked of the kernel, where they are in force; without fail2ban there is no such table.
LOOK = (
    'sudo -n true && echo "$SSH_CONNECTION" && { sudo -n nft list table inet f2b-table 2>/dev/null || true; }'
)
WORDS = re.compile(r"[0-9a-fA-F:.]+")
# No packet goes there: it names the way out.
ANYWHERE = "192.0.2.1"
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}


def server(facts: Facts) -> str:
    """Log in, by the pinned key only."""
    address = read(facts, "address")
    if not address or is_open(address):
        return "not there yet: make droplet"
    config = Path(facts["inventory"]) / "ssh_config"
    if not config.exists():
        return f"{address}, not set up yet: make deploy"
    # Anew: a connection that is open stays open, whatever shuts out the next one.
    options = ["BatchMode=yes", "ControlPath=none", f"ConnectTimeout={CONNECTS_WITHIN_S}"]
    words = ["ssh", "-F", str(config), *(f"-o{option}" for option in options), "droplet", LOOK]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        facts["unreached"] = True
        said = (done.stderr.strip().splitlines() or ["no word"])[-1].rstrip(".")
        raise Ill(f"{address} does not let you in ({said}): {why(facts)}")
    connection, _, bans = done.stdout.partition("\n")
    facts["seen_as"] = connection.split()[0]
    facts["banned"] = WORDS.findall(bans)
    return f"{address} lets you in, by its pinned key"


def why(facts: Facts) -> str:
    """Say where to look on; the provider knows whether the machine runs at all."""
    status = (facts.get("droplet") or {}).get("status")
    if status == "off":
        return "DigitalOcean says that it is switched off; make console switches it on"
    runs = f"DigitalOcean says that it is {status}; " if status else ""
    return f"{runs}docs/troubleshooting.md, docs/runbooks/locked-out.md, make console"


def address(facts: Facts) -> str:
    """Hold our own address against the firewall's list of admins and the bans."""
    return judged(facts.get("seen_as") or way_out(read(facts, "address")), facts)


def judged(source: str, facts: Facts) -> str:
    """Say how an address fares that may not be known."""
    admins = facts["admins"]
    if source and source in facts.get("banned", []):
        raise Ill(
            f"{source} is banned: make ssh, sudo fail2ban-client unban {source}; to stay free put it into "
            "ssh_trusted_addresses and make deploy"
        )
    if source and admins and not within(source, admins):
        raise Ill(
            f"you come from {source}, which firewall_admin_addresses ({', '.join(admins)}) does not let in: add it, "
            + ("then make deploy" if facts.get("seen_as") else "then make droplet, make deploy")
        )
    if facts.get("seen_as"):
        listed = "one of firewall_admin_addresses" if admins else "ssh is open to every address"
        return f"{source}, as the server sees it; not banned, {listed}"
    if admins and not source:
        raise Waits(
            f"the way out does not show it, and ssh is open to {', '.join(admins)} only "
            "(firewall_admin_addresses): is yours one of them?"
        )
    if facts.get("unreached"):
        raise Waits("the server does not answer; a ban is over after an hour, and binds one address only")
    return f"{source}, one of firewall_admin_addresses" if admins else "ssh is open to every address"


def way_out(server_address: str) -> str:
    """Return the address that our packets leave with, where no router between could change it; else nothing."""
    try:
        target = ipaddress.ip_address(server_address)
    except ValueError:
        # None yet, or a name.
        target = ipaddress.ip_address(ANYWHERE)
    with socket.socket(FAMILY[target.version], socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(target), 9))
        except OSError:
            return ""
        source = str(probe.getsockname()[0])
    return source if ipaddress.ip_address(source).is_global or beside(target) else ""


def beside(target: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Say whether it is on a network of our own, where addresses are what they seem."""
    return target.is_private and str(target) != ANYWHERE


def within(source: str, networks: list[str]) -> bool:
    """Say whether an address is in one of them.

    Raises:
        Ill: one is no network.
    """
    found = ipaddress.ip_address(source)
    try:
        return any(found in ipaddress.ip_network(one, strict=False) for one in networks)
    except ValueError as wrong:
        raise Ill(f"firewall_admin_addresses: {wrong}; give addresses, such as 198.51.100.7") from None
