"""The private network, the tag that holds everything together, the cloud firewall and the reserved address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import hostkey
from .parts import JSON, Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EVERYWHERE = ["0.0.0.0/0", "::/0"]


class Tag(Part):
    """The tag by which the droplet is known; the firewall holds on to it before there is a droplet."""

    kind = "tag"

    def ours(self) -> dict[str, JSON]:
        """Find it."""
        found = self.api.pages("tags", "tags", self.api.client.tags.list)
        return {tag["name"]: {} for tag in found if self._is_ours(tag["name"])}

    def wished(self) -> dict[str, JSON]:
        """One."""
        return {self.name: {}}

    def create(self, name: str, description: JSON) -> JSON:
        """Create it; one that is there is no error."""
        self.api.write(f"creating tag {name}", self.api.client.tags.create, {"name": name})
        return description

    def delete(self, name: str, thing: JSON) -> None:
        """Delete it."""
        del thing
        self.api.delete(f"tag {name}", self.api.client.tags.delete, name)

    def _is_ours(self, name: str) -> bool:
        return name == self.name or name.startswith(hostkey.tags_of(self.name))


class Vpc(Part):
    """A private network of its own, so that no other droplet of the account is a neighbour."""

    kind = "vpc"
    fixed = "a private network stays where it is; make destroy, then make droplet, moves everything"

    def ours(self) -> dict[str, JSON]:
        """Find it by its name, which is unique."""
        found = self.api.pages("VPCs", "vpcs", self.api.client.vpcs.list)
        return {vpc["name"]: vpc for vpc in found if vpc["name"] == self.name}

    def wished(self) -> dict[str, JSON]:
        """One, in the droplet's region."""
        return {self.name: {"region": self.settings.region}}

    def seen(self, thing: JSON) -> JSON:
        """Where it is."""
        return {"region": thing["region"]}

    def create(self, name: str, description: JSON) -> JSON:
        """Create it; without a range DigitalOcean takes one that is free."""
        wanted = {"name": name, "description": "made by make droplet", **description}
        if self.settings.vpc_range:
            wanted["ip_range"] = self.settings.vpc_range
        answer = self.api.write(f"creating VPC {name}", self.api.client.vpcs.create, wanted)
        found: JSON = answer["vpc"]
        return found

    def delete(self, name: str, thing: JSON) -> None:
        """Delete it as soon as it is empty."""
        self.api.delete(
            f"VPC {name}", self.api.client.vpcs.delete, thing["id"], patience_s=self.settings.held_limit_s
        )


class Firewall(Part):
    """The cloud firewall: the same ports as on the server, closed before the droplet's first second."""

    kind = "firewall"

    def ours(self) -> dict[str, JSON]:
        """Find it by its name, which is unique."""
        found = self.api.pages("firewalls", "firewalls", self.api.client.firewalls.list)
        return {one["name"]: one for one in found if one["name"] == self.name}

    def wished(self) -> dict[str, JSON]:
        """One, for everything with the tag."""
        return {
            self.name: {
                "tags": [self.name],
                "inbound": inbound(self.settings.firewall_rules),
                "outbound": [f"{proto} 0 to {' '.join(EVERYWHERE)}" for proto in ("icmp", "tcp", "udp")],
            }
        }

    def seen(self, thing: JSON) -> JSON:
        """Its rules, a line each."""
        return {
            "tags": list(thing["tags"]),
            "inbound": _lines(thing["inbound_rules"], "from", "sources"),
            "outbound": _lines(thing["outbound_rules"], "to", "destinations"),
        }

    def create(self, name: str, description: JSON) -> JSON:
        """Create it."""
        create = self.api.client.firewalls.create
        answer = self.api.write(f"creating firewall {name}", create, _body(name, description))
        found: JSON = answer["firewall"]
        return found

    def change(self, name: str, thing: JSON, description: JSON) -> JSON:
        """Replace its rules; a rule that was added by hand is gone."""
        update = self.api.client.firewalls.update
        answer = self.api.write(f"changing firewall {name}", update, thing["id"], _body(name, description))
        found: JSON = answer["firewall"]
        return found

    def delete(self, name: str, thing: JSON) -> None:
        """Delete it."""
        self.api.delete(f"firewall {name}", self.api.client.firewalls.delete, thing["id"])


class Address(Part):
    """A reserved address, if one is wished: it outlives the droplet. Given up by make destroy only."""

    kind = "reserved address"
    costs = True

    def ours(self) -> dict[str, JSON]:
        """Find the one of our droplet, or the one that our inventory names and nobody has."""
        droplet = self.made("droplet")
        found = self.api.pages("reserved addresses", "reserved_ips", self.api.client.reserved_ips.list)
        for one in found:
            holder = (one.get("droplet") or {}).get("id")
            if (droplet and holder == droplet["id"]) or (
                not holder and one["ip"] == self.settings.known_address
            ):
                return {self.name: one}
        return {}

    def wished(self) -> dict[str, JSON]:
        """One or none."""
        return {self.name: {"assigned": True}} if self.settings.reserved_ip else {}

    def seen(self, thing: JSON) -> JSON:
        """Whether a droplet has it."""
        return {"assigned": bool(thing.get("droplet"))}

    def create(self, name: str, description: JSON) -> JSON:
        """Reserve one for our droplet."""
        del description
        wanted = {"droplet_id": self._droplet()}
        answer = self.api.write(
            f"reserving an address for {name}", self.api.client.reserved_ips.create, wanted
        )
        found: JSON = answer["reserved_ip"]
        return found

    def change(self, name: str, thing: JSON, description: JSON) -> JSON:
        """Give the one that we have to our droplet."""
        del description
        wanted = {"type": "assign", "droplet_id": self._droplet()}
        self.api.write(
            f"assigning {thing['ip']} to {name}",
            self.api.client.reserved_ips_actions.post,
            thing["ip"],
            wanted,
        )
        return {**thing, "droplet": {"id": self._droplet()}}

    def delete(self, name: str, thing: JSON) -> None:
        """Give it back."""
        self.api.delete(
            f"reserved address {thing['ip']} of {name}",
            self.api.client.reserved_ips.delete,
            thing["ip"],
            patience_s=self.settings.held_limit_s,
        )

    def _droplet(self) -> int:
        droplet = self.made("droplet")
        return int(droplet["id"]) if droplet else 0


def inbound(rules: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what the server's firewall lets in as the cloud firewall's lines; it knows no deny and no limit."""
    sources: dict[tuple[str, str], set[str]] = {("icmp", "0"): set(EVERYWHERE)}
    for rule in rules:
        if rule.get("action", "allow") == "deny":
            continue
        source = str(rule.get("from", "any"))
        where = sources.setdefault((str(rule.get("proto", "tcp")), str(rule["port"])), set())
        where.update(EVERYWHERE if source == "any" else [source])
    return sorted(
        f"{proto} {ports} from {' '.join(EVERYWHERE if where >= set(EVERYWHERE) else sorted(where))}"
        for (proto, ports), where in sources.items()
    )


def _lines(rules: Iterable[JSON], word: str, side: str) -> list[str]:
    return sorted(
        f"{rule['protocol']} {rule.get('ports') or '0'} {word} {' '.join(sorted(rule[side].get('addresses', [])))}"
        for rule in rules
    )


def _body(name: str, description: JSON) -> JSON:
    return {
        "name": name,
        "tags": description["tags"],
        "droplet_ids": [],
        "inbound_rules": [_rule(line, "sources") for line in description["inbound"]],
        "outbound_rules": [_rule(line, "destinations") for line in description["outbound"]],
    }


def _rule(line: str, side: str) -> JSON:
    protocol, ports, _, *addresses = line.split()
    return {"protocol": protocol, "ports": ports, side: {"addresses": addresses}}
