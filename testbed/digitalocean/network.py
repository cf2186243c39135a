"""Private networks, cloud firewalls and reserved addresses."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from aiohttp import web

from testbed.digitalocean import answers, catalog
from testbed.digitalocean.answers import JSON
from testbed.digitalocean.state import NEVER, vpc

if TYPE_CHECKING:
    from testbed.digitalocean.state import State


class Vpcs:
    """The paths under /v2/vpcs."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.lingered: dict[str, int] = {}

    def routes(self) -> list[web.RouteDef]:
        """Return the paths and who answers them."""
        return [
            web.get("/v2/vpcs", self.list),
            web.post("/v2/vpcs", self.create),
            web.get("/v2/vpcs/{id}", self.get),
            web.delete("/v2/vpcs/{id}", self.delete),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """List all."""
        return answers.page(request, "vpcs", self.state.things["vpcs"])

    async def get(self, request: web.Request) -> web.Response:
        """Show one."""
        return answers.answer({"vpc": self._named(request)})

    async def create(self, request: web.Request) -> web.Response:
        """Create one; its name and its range are its own."""
        wanted = await answers.body(request, "name", "region")
        if wanted["region"] not in catalog.REGIONS:
            raise answers.unprocessable("region is invalid")
        if wanted["name"] in [one["name"] for one in self.state.things["vpcs"]]:
            raise answers.unprocessable("a VPC with the same name already exists in your account")
        count = len(self.state.things["vpcs"])
        made = vpc(wanted["name"], wanted["region"], wanted.get("ip_range") or f"10.{110 + count}.0.0/20")
        return answers.answer({"vpc": self.state.add("vpcs", made)}, 201)

    async def delete(self, request: web.Request) -> web.Response:
        """Delete one without members; one that has just left is still counted for a while."""
        found = self._named(request)
        if found["default"]:
            raise answers.Refused(403, "forbidden", "Can not delete default VPCs")
        members = [one for one in self.state.things["droplets"] if one["vpc_uuid"] == found["id"]]
        left = self.lingered.setdefault(found["id"], self.state.faults.vpc_lingers)
        if members or left > 0:
            self.lingered[found["id"]] = left if members else left - 1
            raise answers.conflict("Can not delete VPC with members")
        self.state.remove("vpcs", found)
        return answers.gone()

    def _named(self, request: web.Request) -> JSON:
        wanted = request.match_info["id"]
        return answers.the_one(self.state.things["vpcs"], lambda one: one["id"] == wanted)


class Firewalls:
    """The paths under /v2/firewalls."""

    def __init__(self, state: State) -> None:
        self.state = state

    def routes(self) -> list[web.RouteDef]:
        """Return the paths and who answers them."""
        return [
            web.get("/v2/firewalls", self.list),
            web.post("/v2/firewalls", self.create),
            web.get("/v2/firewalls/{id}", self.get),
            web.put("/v2/firewalls/{id}", self.update),
            web.delete("/v2/firewalls/{id}", self.delete),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """List all."""
        return answers.page(request, "firewalls", self.state.things["firewalls"])

    async def get(self, request: web.Request) -> web.Response:
        """Show one."""
        return answers.answer({"firewall": self._named(request)})

    async def create(self, request: web.Request) -> web.Response:
        """Create one; its tags must be there."""
        wanted = await answers.body(request, "name")
        if wanted["name"] in [one["name"] for one in self.state.things["firewalls"]]:
            raise answers.conflict("duplicate name")
        made = {
            "id": answers.identifier(),
            "status": "succeeded",
            "created_at": NEVER,
            **self._checked(wanted),
        }
        return answers.answer({"firewall": self.state.add("firewalls", made)}, 202)

    async def update(self, request: web.Request) -> web.Response:
        """Replace one whole."""
        found = self._named(request)
        found.update(self._checked(await answers.body(request, "name")))
        return answers.answer({"firewall": found})

    async def delete(self, request: web.Request) -> web.Response:
        """Delete one."""
        self.state.remove("firewalls", self._named(request))
        return answers.gone()

    def _named(self, request: web.Request) -> JSON:
        wanted = request.match_info["id"]
        return answers.the_one(self.state.things["firewalls"], lambda one: one["id"] == wanted)

    def _checked(self, wanted: JSON) -> JSON:
        tags = list(wanted.get("tags") or [])
        known = [one["name"] for one in self.state.things["tags"]]
        for tag in tags:
            if tag not in known:
                raise answers.unprocessable(f"tag {tag} does not exist")
        inbound = [_rule(rule, "sources") for rule in wanted.get("inbound_rules") or []]
        outbound = [_rule(rule, "destinations") for rule in wanted.get("outbound_rules") or []]
        if not inbound and not outbound:
            raise answers.unprocessable("must have at least one rule")
        return {
            "name": wanted["name"], "tags": tags, "droplet_ids": list(wanted.get("droplet_ids") or []),
            "inbound_rules": inbound, "outbound_rules": outbound, "pending_changes": [],
        }  # fmt: skip


def _rule(rule: JSON, side: str) -> JSON:
    """Check a rule, and word its ports as the API gives them back."""
    protocol, ports = rule.get("protocol"), str(rule.get("ports", ""))
    if protocol not in ("tcp", "udp", "icmp"):
        raise answers.unprocessable("invalid protocol")
    addresses = list(rule.get(side, {}).get("addresses") or [])
    if not addresses:
        raise answers.unprocessable("invalid address")
    if not all(map(_is_address, addresses)):
        raise answers.unprocessable("invalid address")
    if protocol == "icmp" or ports in ("all", "0"):
        ports = "0"
    elif not ports:
        raise answers.unprocessable("ports are required")
    return {"protocol": protocol, "ports": ports, side: {"addresses": addresses}}


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


class ReservedAddresses:
    """The paths under /v2/reserved_ips."""

    def __init__(self, state: State) -> None:
        self.state = state

    def routes(self) -> list[web.RouteDef]:
        """Return the paths and who answers them."""
        return [
            web.get("/v2/reserved_ips", self.list),
            web.post("/v2/reserved_ips", self.create),
            web.get("/v2/reserved_ips/{ip}", self.get),
            web.delete("/v2/reserved_ips/{ip}", self.delete),
            web.post("/v2/reserved_ips/{ip}/actions", self.act),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """List all."""
        return answers.page(request, "reserved_ips", self.state.things["reserved_ips"])

    async def get(self, request: web.Request) -> web.Response:
        """Show one."""
        return answers.answer({"reserved_ip": self._named(request)})

    async def create(self, request: web.Request) -> web.Response:
        """Reserve one, for a droplet or for a region."""
        wanted = await answers.body(request)
        droplet = self._droplet(wanted["droplet_id"]) if wanted.get("droplet_id") else None
        region = droplet["region"]["slug"] if droplet else wanted.get("region")
        if region not in catalog.REGIONS:
            raise answers.unprocessable("region or droplet_id must be given")
        made = {
            "ip": f"203.0.113.{answers.number() % 250 + 1}",
            "region": catalog.region(region),
            "droplet": droplet,
            "locked": False,
            "project_id": answers.identifier(),
        }
        return answers.answer({"reserved_ip": self.state.add("reserved_ips", made), "links": {}}, 202)

    async def delete(self, request: web.Request) -> web.Response:
        """Give one back."""
        self.state.remove("reserved_ips", self._named(request))
        return answers.gone()

    async def act(self, request: web.Request) -> web.Response:
        """Assign one to a droplet, or take it away."""
        found, wanted = self._named(request), await answers.body(request, "type")
        found["droplet"] = self._droplet(wanted["droplet_id"]) if wanted["type"] == "assign" else None
        return answers.answer({"action": self.state.act(wanted["type"], "reserved_ip", found["ip"])}, 201)

    def _named(self, request: web.Request) -> JSON:
        wanted = request.match_info["ip"]
        return answers.the_one(self.state.things["reserved_ips"], lambda one: one["ip"] == wanted)

    def _droplet(self, number: int) -> JSON:
        return answers.the_one(self.state.things["droplets"], lambda one: one["id"] == number)
