"""Droplets: new at first, active when their machine has booted, gone when they are deleted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from testbed.digitalocean import answers, catalog
from testbed.digitalocean.answers import JSON
from testbed.digitalocean.machines import Wanted
from testbed.digitalocean.state import NEVER

if TYPE_CHECKING:
    from testbed.digitalocean.state import State

MOST_USER_DATA = 64 * 1024
POWER = {
    "power_on": "active",
    "power_off": "off",
    "shutdown": "off",
    "reboot": "active",
    "power_cycle": "active",
}


class Droplets:
    """The paths under /v2/droplets."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.booting: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        """Return the paths and who answers them."""
        return [
            web.get("/v2/droplets", self.list),
            web.post("/v2/droplets", self.create),
            web.get("/v2/droplets/{id}", self.get),
            web.delete("/v2/droplets/{id}", self.delete),
            web.post("/v2/droplets/{id}/actions", self.act),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """List all, or those of a tag or a name; the API takes either."""
        wanted = {name: request.query.get(name) for name in ("tag_name", "name")}
        if all(wanted.values()):
            raise answers.unprocessable("Filtering by both tag_name and name is not supported")
        found = self.state.things["droplets"]
        if wanted["tag_name"]:
            found = [one for one in found if wanted["tag_name"] in one["tags"]]
        if wanted["name"]:
            found = [one for one in found if one["name"] == wanted["name"]]
        return answers.page(request, "droplets", found)

    async def get(self, request: web.Request) -> web.Response:
        """Show one."""
        return answers.answer({"droplet": self._named(request)})

    async def create(self, request: web.Request) -> web.Response:
        """Create one and let it boot; the answer does not wait for that."""
        wanted = await answers.body(request, "name", "size", "image")
        self._refuse(wanted)
        keys = tuple(self._key(key)["public_key"] for key in wanted.get("ssh_keys", []))
        droplet = self.state.add("droplets", self._described(wanted))
        for tag in droplet["tags"]:
            if tag not in [one["name"] for one in self.state.things["tags"]]:
                self.state.add("tags", {"name": tag})
        for volume in self.state.things["volumes"]:
            if volume["id"] in droplet["volume_ids"]:
                volume["droplet_ids"] = [droplet["id"]]
        machine = Wanted(droplet["id"], wanted["name"], wanted["image"], keys, wanted.get("user_data") or "")
        task = asyncio.get_running_loop().create_task(self._boot(droplet, machine))
        self.booting.add(task)
        task.add_done_callback(self.booting.discard)
        link = {"id": answers.number(), "rel": "create", "href": str(request.url)}
        return answers.answer({"droplet": droplet, "links": {"actions": [link]}}, 202)

    async def delete(self, request: web.Request) -> web.Response:
        """Delete one; what was attached to it stays, and costs on."""
        droplet = self._named(request)
        self.state.remove("droplets", droplet)
        for volume in self.state.things["volumes"]:
            volume["droplet_ids"] = [one for one in volume["droplet_ids"] if one != droplet["id"]]
        for address in self.state.things["reserved_ips"]:
            if address["droplet"] and address["droplet"]["id"] == droplet["id"]:
                address["droplet"] = None
        await asyncio.to_thread(self.state.machines.end, droplet["id"])
        return answers.gone()

    async def act(self, request: web.Request) -> web.Response:
        """Switch one on or off, or take a snapshot."""
        droplet = self._named(request)
        wanted = await answers.body(request, "type")
        if wanted["type"] == "snapshot":
            self.state.add("snapshots", _snapshot(wanted.get("name", "snapshot"), droplet))
        elif wanted["type"] in POWER:
            droplet["status"] = POWER[wanted["type"]]
        else:
            raise answers.unprocessable(f"{wanted['type']} is not a valid action type")
        return answers.answer({"action": self.state.act(wanted["type"], "droplet", droplet["id"])}, 201)

    def _named(self, request: web.Request) -> JSON:
        wanted = request.match_info["id"]
        return answers.the_one(self.state.things["droplets"], lambda one: str(one["id"]) == wanted)

    def _refuse(self, wanted: JSON) -> None:
        if wanted["size"] not in catalog.SIZES:
            raise answers.unprocessable("You specified an invalid size for Droplet creation.")
        if wanted["image"] not in catalog.IMAGES:
            raise answers.unprocessable("You specified an invalid image for Droplet creation.")
        if wanted.get("region") not in catalog.REGIONS:
            raise answers.unprocessable("You specified an invalid region for Droplet creation.")
        if wanted["size"] in self.state.faults.sold_out:
            raise answers.unprocessable("Size is not available in this region.")
        if len(self.state.things["droplets"]) >= self.state.faults.droplet_limit:
            raise answers.unprocessable("creating this/these droplet(s) will exceed your droplet limit")
        if len(wanted.get("user_data") or "") > MOST_USER_DATA:
            raise answers.unprocessable("User data is too long")
        vpc = wanted.get("vpc_uuid")
        if vpc and vpc not in [one["id"] for one in self.state.things["vpcs"]]:
            raise answers.unprocessable("Failed to resolve VPC")

    def _key(self, wanted: int | str) -> JSON:
        for key in self.state.things["keys"]:
            if wanted in (key["id"], key["fingerprint"]):
                return key
        raise answers.unprocessable(f"{wanted} are invalid key identifiers for Droplet creation.")

    def _described(self, wanted: JSON) -> JSON:
        size = catalog.size(wanted["size"])
        return {
            "id": answers.number(), "name": wanted["name"], "status": "new", "locked": True,
            "memory": size["memory"], "vcpus": size["vcpus"], "disk": size["disk"], "size": size,
            "size_slug": wanted["size"], "region": catalog.region(wanted["region"]),
            "image": catalog.image(wanted["image"]), "tags": list(wanted.get("tags") or []),
            "vpc_uuid": wanted.get("vpc_uuid") or self._default_vpc(wanted["region"]),
            "volume_ids": list(wanted.get("volumes") or []), "networks": {"v4": [], "v6": []},
            "features": [name for name in ("monitoring", "ipv6", "backups") if wanted.get(name)],
            "backup_ids": [], "snapshot_ids": [], "next_backup_window": None, "created_at": NEVER,
        }  # fmt: skip

    def _default_vpc(self, region: str) -> str:
        default = f"default-{region}"
        return str(answers.the_one(self.state.things["vpcs"], lambda one: one["name"] == default)["id"])

    async def _boot(self, droplet: JSON, wanted: Wanted) -> None:
        await asyncio.sleep(self.state.faults.boot_ms / 1000)
        if self.state.faults.stuck_in_new:
            return
        v4, v6 = await asyncio.to_thread(self.state.machines.start, wanted)
        if droplet not in self.state.things["droplets"]:
            await asyncio.to_thread(self.state.machines.end, wanted.number)
            return
        droplet["networks"]["v4"] = [
            {
                "ip_address": "10.108.0.2",
                "netmask": "255.255.240.0",
                "gateway": "10.108.0.1",
                "type": "private",
            },
            {"ip_address": v4, "netmask": "255.255.255.0", "gateway": v4, "type": "public"},
        ]
        if v6 and "ipv6" in droplet["features"]:
            droplet["networks"]["v6"] = [{"ip_address": v6, "netmask": 64, "gateway": v6, "type": "public"}]
        droplet["status"], droplet["locked"] = "active", False


def _snapshot(name: str, droplet: JSON) -> JSON:
    return {
        "id": str(answers.number()), "name": name, "resource_id": str(droplet["id"]), "resource_type": "droplet",
        "size_gigabytes": 2.5, "min_disk_size": droplet["disk"], "regions": [droplet["region"]["slug"]],
        "tags": [], "created_at": NEVER,
    }  # fmt: skip
