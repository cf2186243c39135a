"""Volumes, snapshots, and the keys of Spaces."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from aiohttp import web

from testbed.digitalocean import answers, catalog
from testbed.digitalocean.answers import JSON
from testbed.digitalocean.state import NEVER

if TYPE_CHECKING:
    from testbed.digitalocean.state import State


class Storage:
    """The paths of everything that keeps data."""

    def __init__(self, state: State) -> None:
        self.state = state

    def routes(self) -> list[web.RouteDef]:
        """Return the paths and who answers them."""
        return [
            web.get("/v2/volumes", self.list_volumes),
            web.post("/v2/volumes", self.create_volume),
            web.delete("/v2/volumes/{id}", self.delete_volume),
            web.post("/v2/volumes/{id}/actions", self.act),
            web.get("/v2/snapshots", self.list_snapshots),
            web.delete("/v2/snapshots/{id}", self.delete_snapshot),
            web.get("/v2/spaces/keys", self.list_keys),
            web.post("/v2/spaces/keys", self.create_key),
            web.delete("/v2/spaces/keys/{id}", self.delete_key),
        ]

    async def list_volumes(self, request: web.Request) -> web.Response:
        """List all, or those of a name and a region."""
        found = self.state.things["volumes"]
        if name := request.query.get("name"):
            found = [one for one in found if one["name"] == name]
        return answers.page(request, "volumes", found)

    async def create_volume(self, request: web.Request) -> web.Response:
        """Create one; its name is its own in a region."""
        wanted = await answers.body(request, "name", "size_gigabytes", "region")
        if wanted["region"] not in catalog.REGIONS:
            raise answers.unprocessable("region is invalid")
        if wanted["name"] in [one["name"] for one in self.state.things["volumes"]]:
            raise answers.conflict("a volume with the same name already exists in the region")
        made = {
            "id": answers.identifier(), "name": wanted["name"], "size_gigabytes": wanted["size_gigabytes"],
            "region": catalog.region(wanted["region"]), "description": wanted.get("description", ""),
            "filesystem_type": wanted.get("filesystem_type", ""), "filesystem_label": "", "droplet_ids": [],
            "tags": list(wanted.get("tags") or []), "created_at": NEVER,
        }  # fmt: skip
        return answers.answer({"volume": self.state.add("volumes", made)}, 201)

    async def delete_volume(self, request: web.Request) -> web.Response:
        """Delete one that no droplet has."""
        volume = self._named("volumes", request)
        if volume["droplet_ids"]:
            raise answers.conflict("Cannot delete a volume that is attached to a Droplet")
        self.state.remove("volumes", volume)
        return answers.gone()

    async def act(self, request: web.Request) -> web.Response:
        """Attach one to a droplet, take it away, or make it larger."""
        volume, wanted = self._named("volumes", request), await answers.body(request, "type")
        if wanted["type"] == "resize":
            if wanted["size_gigabytes"] < volume["size_gigabytes"]:
                raise answers.unprocessable("A volume can only be made larger")
            volume["size_gigabytes"] = wanted["size_gigabytes"]
        else:
            volume["droplet_ids"] = [wanted["droplet_id"]] if wanted["type"] == "attach" else []
        return answers.answer({"action": self.state.act(wanted["type"], "volume", volume["id"])}, 202)

    async def list_snapshots(self, request: web.Request) -> web.Response:
        """List all, or those of droplets or of volumes."""
        wanted = request.query.get("resource_type")
        found = [one for one in self.state.things["snapshots"] if wanted in (None, one["resource_type"])]
        return answers.page(request, "snapshots", found)

    async def delete_snapshot(self, request: web.Request) -> web.Response:
        """Delete one."""
        self.state.remove("snapshots", self._named("snapshots", request))
        return answers.gone()

    async def list_keys(self, request: web.Request) -> web.Response:
        """List all; a secret is never shown again."""
        shown = [
            {name: value for name, value in key.items() if name != "secret_key"}
            for key in self.state.things["spaces_keys"]
        ]
        return answers.page(request, "keys", shown)

    async def create_key(self, request: web.Request) -> web.Response:
        """Create one; this answer is the only one with its secret."""
        wanted = await answers.body(request, "name")
        for grant in wanted.get("grants") or []:
            if grant.get("permission") not in ("read", "readwrite", "fullaccess"):
                raise answers.unprocessable("invalid permission")
        made = {
            "name": wanted["name"], "grants": wanted.get("grants") or [], "created_at": NEVER,
            "access_key": f"DO{secrets.token_hex(9).upper()}", "secret_key": secrets.token_urlsafe(32),
        }  # fmt: skip
        return answers.answer({"key": self.state.add("spaces_keys", made)}, 201)

    async def delete_key(self, request: web.Request) -> web.Response:
        """Delete one."""
        self.state.remove("spaces_keys", self._named("spaces_keys", request, "access_key"))
        return answers.gone()

    def _named(self, kind: str, request: web.Request, by: str = "id") -> JSON:
        wanted = request.match_info["id"]
        return answers.the_one(self.state.things[kind], lambda one: str(one[by]) == wanted)
