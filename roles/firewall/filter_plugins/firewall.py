"""What the firewall's rules mean, told from the rules alone, before anything is touched."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Rule = dict[str, Any]
LAST_PORT = 65535


def firewall_problems(
    rules: Iterable[Mapping[str, Any]], egress_rules: Iterable[Mapping[str, Any]], admins: Iterable[str]
) -> list[str]:
    """Return everything that makes no sense, a sentence each."""
    return [
        *_odd("firewall_rules", rules, "from", ("allow", "limit", "deny")),
        *_odd("the egress rules", egress_rules, "to", ("allow", "deny")),
        *(f"firewall_admin_addresses: {bad}" for admin in admins for bad in _odd_address(admin)),
    ]


def _odd(
    option: str, rules: Iterable[Mapping[str, Any]], where: str, actions: Sequence[str]
) -> Iterator[str]:
    for rule in rules:
        port, proto, action = str(rule.get("port")), rule.get("proto", "tcp"), rule.get("action", "allow")
        name = f"{option}: the rule for port {port}"
        if not (port.isascii() and port.isdigit() and 1 <= int(port) <= LAST_PORT):
            yield f"{name}: a port is a number from 1 to {LAST_PORT}"
        if proto not in ("tcp", "udp"):
            yield f"{name}: proto is tcp or udp, not {proto}"
        if action not in actions:
            yield f"{name}: action is one of {', '.join(actions)}, not {action}"
        yield from (f"{name}: {where}: {bad}" for bad in _odd_address(rule.get(where, "any")))


def _odd_address(text: object) -> Iterator[str]:
    if text == "any":
        return
    try:
        network = ipaddress.ip_network(str(text))
    except ValueError as error:
        yield f"{error}; give one address or network, such as 198.51.100.7 or 2001:db8::/64"
        return
    # As ufw will write it at its next reload; any other spelling would be a change at every run.
    spelled = str(network if network.num_addresses > 1 else network.network_address)
    if network.prefixlen == 0:
        yield f"{text} is everybody; say so with `any`, or leave it out"
    elif text != spelled:
        yield f"write {text} as {spelled}"


def firewall_narrowed(rules: Iterable[Mapping[str, Any]], admins: Sequence[str]) -> list[Rule]:
    """Return the rules with those marked `admin` narrowed to the admins' addresses, if there are any."""
    narrowed: list[Rule] = []
    for rule in rules:
        if not admins or not rule.get("admin", False):
            narrowed.append(dict(rule))
        elif rule.get("from", "any") == "any":
            narrowed += [{**rule, "from": address} for address in admins]
        elif any(_within(str(rule["from"]), address) for address in admins):
            narrowed.append(dict(rule))
    return narrowed


def _within(inner: str, outer: str) -> bool:
    one, other = ipaddress.ip_network(inner, strict=False), ipaddress.ip_network(outer, strict=False)
    return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type]  # of one version


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

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filters by their names."""
        return {
            "firewall_admits": firewall_admits,
            "firewall_narrowed": firewall_narrowed,
            "firewall_problems": firewall_problems,
        }
