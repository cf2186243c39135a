"""The account itself, its ssh keys and tags, and what is on sale."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from aiohttp import web

from testbed.digitalocean import answers, catalog
from testbed.digitalocean.answers import JSON
from testbed.digitalocean.watching import OWNER

if TYPE_CHECKING:
    from testbed.digitalocean.state import State


class Account:
    """The paths of the account."""

    def __init__(self, state: State) -> None:
        self.state = state

    def routes(self) -> list[web.RouteDef]:
        """Return the paths and who answers them."""
        return [
            web.get("/v2/account", self.show),
            web.get("/v2/account/keys", self.list_keys),
            web.post("/v2/account/keys", self.create_key),
            web.get("/v2/account/keys/{id}", self.get_key),
            web.delete("/v2/account/keys/{id}", self.delete_key),
            web.get("/v2/tags", self.list_tags),
            web.post("/v2/tags", self.create_tag),
            web.get("/v2/tags/{name}", self.get_tag),
            web.delete("/v2/tags/{name}", self.delete_tag),
            web.get("/v2/regions", self.list_regions),
            web.get("/v2/sizes", self.list_sizes),
            web.get("/v2/images", self.list_images),
            web.get("/v2/images/{slug}", self.get_image),
        ]

    async def show(self, _request: web.Request) -> web.Response:
        """Show whose account it is, and how many droplets it may have."""
        account = {
            "uuid": "b6fr89dbf6d9156cace5f3c78dc9851d957381ef", "email": OWNER, "email_verified": True,
            "status": "active", "status_message": "", "floating_ip_limit": 3, "volume_limit": 10,
            "droplet_limit": self.state.faults.droplet_limit, "name": "Owner",
            "team": {"name": "My Team", "uuid": "5df3e3004a17e242b7c20ca6c9fc25b701a47ece"},
        }  # fmt: skip
        return answers.answer({"account": account})

    async def list_keys(self, request: web.Request) -> web.Response:
        """List the ssh keys."""
        return answers.page(request, "ssh_keys", self.state.things["keys"])

    async def create_key(self, request: web.Request) -> web.Response:
        """Add an ssh key; one key is there once, whatever its name."""
        wanted = await answers.body(request, "name", "public_key")
        print_of_it = _fingerprint(wanted["public_key"])
        if print_of_it in [key["fingerprint"] for key in self.state.things["keys"]]:
            raise answers.unprocessable("SSH Key is already in use on your account")
        made = {
            "id": answers.number(), "fingerprint": print_of_it,
            "name": wanted["name"], "public_key": wanted["public_key"],
        }  # fmt: skip
        return answers.answer({"ssh_key": self.state.add("keys", made)}, 201)

    async def get_key(self, request: web.Request) -> web.Response:
        """Show one, by its number or fingerprint."""
        return answers.answer({"ssh_key": self._key(request)})

    async def delete_key(self, request: web.Request) -> web.Response:
        """Delete one; droplets that have it keep it."""
        self.state.remove("keys", self._key(request))
        return answers.gone()

    async def list_tags(self, request: web.Request) -> web.Response:
        """List the tags."""
        return answers.page(request, "tags", map(self._counted, self.state.things["tags"]))

    async def create_tag(self, request: web.Request) -> web.Response:
        """Create a tag, or find that it is there."""
        name = (await answers.body(request, "name"))["name"]
        if not name.replace("-", "").replace(":", "").replace("_", "").isalnum():
            raise answers.unprocessable("Name contains invalid characters")
        if name not in [tag["name"] for tag in self.state.things["tags"]]:
            self.state.add("tags", {"name": name})
        return answers.answer({"tag": self._counted({"name": name})}, 201)

    async def get_tag(self, request: web.Request) -> web.Response:
        """Show one."""
        return answers.answer({"tag": self._counted(self._tag(request))})

    async def delete_tag(self, request: web.Request) -> web.Response:
        """Delete one, also from what carries it."""
        tag = self._tag(request)
        self.state.remove("tags", tag)
        for kind in ("droplets", "volumes", "firewalls"):
            for thing in self.state.things[kind]:
                thing["tags"] = [name for name in thing["tags"] if name != tag["name"]]
        return answers.gone()

    async def list_regions(self, request: web.Request) -> web.Response:
        """List the regions."""
        return answers.page(request, "regions", map(catalog.region, catalog.REGIONS))

    async def list_sizes(self, request: web.Request) -> web.Response:
        """List the sizes with their prices."""
        return answers.page(request, "sizes", map(catalog.size, catalog.SIZES))

    async def list_images(self, request: web.Request) -> web.Response:
        """List the images."""
        return answers.page(request, "images", map(catalog.image, catalog.IMAGES))

    async def get_image(self, request: web.Request) -> web.Response:
        """Show one, by its slug."""
        slug = request.match_info["slug"]
        if slug not in catalog.IMAGES:
            raise answers.not_found()
        return answers.answer({"image": catalog.image(slug)})

    def _key(self, request: web.Request) -> JSON:
        wanted = request.match_info["id"]
        return answers.the_one(
            self.state.things["keys"], lambda key: wanted in (str(key["id"]), key["fingerprint"])
        )

    def _tag(self, request: web.Request) -> JSON:
        wanted = request.match_info["name"]
        return answers.the_one(self.state.things["tags"], lambda tag: tag["name"] == wanted)

    def _counted(self, tag: JSON) -> JSON:
        count = sum(tag["name"] in droplet["tags"] for droplet in self.state.things["droplets"])
        return {**tag, "resources": {"count": count, "droplets": {"count": count}}}


def _fingerprint(public_key: str) -> str:
    words = public_key.split()
    try:
        body = base64.b64decode(words[1], validate=True)
    except (IndexError, ValueError):
        raise answers.unprocessable("Key invalid, key should be of the format `type key [comment]`") from None
    digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
    return ":".join(digest[start : start + 2] for start in range(0, len(digest), 2))
