"""Tell from the rules alone whether the firewall will let a connection in."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def firewall_admits(rules: Iterable[Mapping[str, Any]], client: str, port: str | int) -> bool:
    """Return what the first rule that fits says about a TCP connection; without one it is refused."""
    for rule in rules:
        if fits(rule, client, int(port)):
            return str(rule.get("action", "allow")) != "deny"
    return False


def fits(rule: Mapping[str, Any], client: str, port: int) -> bool:
    """Return whether a rule speaks of this client and TCP port."""
    if int(rule["port"]) != port or rule.get("proto", "tcp") != "tcp":
        return False
    source = str(rule.get("from", "any"))
    address = ipaddress.ip_address(client.partition("%")[0])
    return source == "any" or address in ipaddress.ip_network(source, strict=False)


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, Callable[..., bool]]:
        """Return the filter by its name."""
        return {"firewall_admits": firewall_admits}
