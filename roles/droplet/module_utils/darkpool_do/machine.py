"""The owner's ssh keys, the volume, and the droplet: one by its tag, whoever else asks for one at the same moment."""

from __future__ import annotations

import base64
import hashlib
import json
import time

from . import hostkey
from .machine_facts import public_address
from .parts import JSON, Part
from .problems import Problem


class SshKeys(Part):
    """The keys that root gets. They may be used elsewhere, so make destroy leaves them."""

    kind = "ssh key"
    stays = True

    def ours(self) -> dict[str, JSON]:
        """Find them by their fingerprint: the same key is there once, whatever its name."""
        found = self.api.pages("ssh keys", "ssh_keys", self.api.client.ssh_keys.list)
        wished = self.wished()
        return {key["fingerprint"]: key for key in found if key["fingerprint"] in wished}

    def wished(self) -> dict[str, JSON]:
        """All that the settings name."""
        return {fingerprint(key): {"public_key": " ".join(key.split()[:2])} for key in self.settings.ssh_keys}

    def seen(self, thing: JSON) -> JSON:
        """The key without its comment."""
        return {"public_key": " ".join(thing["public_key"].split()[:2])}

    def create(self, name: str, description: JSON) -> JSON:
        """Add it to the account."""
        wanted = {"name": self.name, **description}
        answer = self.api.write(f"adding ssh key {name}", self.api.client.ssh_keys.create, wanted)
        found: JSON = answer["ssh_key"]
        return found


class Volume(Part):
    """A disk of its own, if one is wished. It only grows; make destroy deletes it."""

    kind = "volume"
    costs = True

    def ours(self) -> dict[str, JSON]:
        """Find it by its name."""
        found = self.api.pages("volumes", "volumes", self.api.client.volumes.list, name=self.name)
        return {one["name"]: one for one in found}

    def wished(self) -> dict[str, JSON]:
        """One or none."""
        return {self.name: {"size_gigabytes": self.settings.volume_gb}} if self.settings.volume_gb else {}

    def seen(self, thing: JSON) -> JSON:
        """How large it is."""
        return {"size_gigabytes": thing["size_gigabytes"]}

    def create(self, name: str, description: JSON) -> JSON:
        """Create it; the droplet gets it when it is created."""
        wanted = {"name": name, "region": self.settings.region, "filesystem_type": "ext4", **description}
        answer = self.api.write(f"creating volume {name}", self.api.client.volumes.create, wanted)
        found: JSON = answer["volume"]
        return found

    def change(self, name: str, thing: JSON, description: JSON) -> JSON:
        """Make it larger.

        Raises:
            Problem: it would have to become smaller.
        """
        if description["size_gigabytes"] < thing["size_gigabytes"]:
            raise Problem(
                f"volume {name} has {thing['size_gigabytes']} GB and cannot become smaller: "
                "set droplet_volume_gb to that."
            )
        wanted = {"type": "resize", "region": self.settings.region, **description}
        self.api.write(
            f"resizing volume {name}", self.api.client.volume_actions.post_by_id, thing["id"], wanted
        )
        return {**thing, **description}

    def settle(self) -> None:
        """Attach one that came after its droplet."""
        droplet, volume = self.made("droplet"), self.made(self.kind)
        if droplet and volume and droplet["id"] not in volume["droplet_ids"]:
            wanted = {"type": "attach", "droplet_id": droplet["id"], "region": self.settings.region}
            self.api.write(
                f"attaching volume {self.name}",
                self.api.client.volume_actions.post_by_id,
                volume["id"],
                wanted,
            )
            volume["droplet_ids"] = [droplet["id"]]

    def delete(self, name: str, thing: JSON) -> None:
        """Delete it as soon as its droplet has let it go."""
        self.api.delete(
            f"volume {name}",
            self.api.client.volumes.delete,
            thing["id"],
            patience_s=self.settings.held_limit_s,
        )


class Droplet(Part):
    """The server itself."""

    kind = "droplet"
    costs = True
    fixed = "to change it, make destroy and make droplet; a size also in the console, with the droplet switched off"

    def ours(self) -> dict[str, JSON]:
        """Find it by its tag.

        Raises:
            Problem: there are several.
        """
        found = self._tagged()
        if len(found) > 1:
            numbers = " and ".join(str(one["id"]) for one in found)
            raise Problem(
                f"the droplets {numbers} all carry the tag {self.name}: delete all but one of them in the console, "
                "then run it again."
            )
        return {self.name: found[0]} if found else {}

    def wished(self) -> dict[str, JSON]:
        """One."""
        chosen = self.settings
        return {self.name: {"image": chosen.image, "region": chosen.region, "size": chosen.size}}

    def seen(self, thing: JSON) -> JSON:
        """Its image, region and size; an image that is not on sale any more has no name."""
        region = thing["region"]["slug"]
        return {"image": thing["image"].get("slug"), "region": region, "size": thing["size_slug"]}

    def create(self, name: str, description: JSON) -> JSON:
        """Rent it, in its network and behind its firewall, with a host key that is known before it boots."""
        vpc, volume = self.made("vpc"), self.made("volume")
        wanted = {
            **description,
            "name": name,
            "tags": [name, hostkey.tag(self.settings)],
            "ssh_keys": [key["id"] for key in self.there["ssh key"].values()],
            "vpc_uuid": vpc["id"] if vpc else None,
            "volumes": [volume["id"]] if volume else [],
            "user_data": user_data(self.settings.host_key.read_text(), hostkey.public(self.settings)),
            "ipv6": True,
            "monitoring": True,
        }
        answer = self.api.write(f"creating droplet {name}", self.api.client.droplets.create, wanted)
        found: JSON = answer["droplet"]
        return found

    def settle(self) -> None:
        """Wait until it runs, then see that it is the only one: of two that were asked for at once the older stays."""
        number = self.there[self.kind][self.name]["id"]
        end = time.monotonic() + self.settings.boot_limit_s
        while True:
            droplet = self.api.read("the droplet", self.api.client.droplets.get, number)["droplet"]
            if droplet["status"] == "active" and public_address(droplet):
                break
            if droplet["status"] == "off":
                raise Problem(
                    f"droplet {self.name} ({number}) is switched off: switch it on in the console, then run it again."
                )
            if time.monotonic() > end:
                raise Problem(
                    f"droplet {self.name} ({number}) is still '{droplet['status']}' after "
                    f"{self.settings.boot_limit_s} s: look at it in the console; running it again goes on waiting."
                )
            time.sleep(self.api.pause_s * 3)
        self.there[self.kind][self.name] = self._only(droplet)

    def delete(self, name: str, thing: JSON) -> None:
        """Delete it, and wait until it is gone."""
        self.api.delete(
            f"droplet {name}",
            self.api.client.droplets.destroy,
            thing["id"],
            patience_s=self.settings.held_limit_s,
        )
        end = time.monotonic() + self.settings.held_limit_s
        while self._tagged() and time.monotonic() < end:
            time.sleep(self.api.pause_s)

    def _tagged(self) -> list[JSON]:
        found = self.api.pages("droplets", "droplets", self.api.client.droplets.list, tag_name=self.name)
        return sorted(found, key=lambda one: int(one["id"]))

    def _only(self, mine: JSON) -> JSON:
        oldest, *others = self._tagged() or [mine]
        if oldest["id"] == mine["id"]:
            return mine
        if mine["id"] in [one["id"] for one in others]:
            self.api.delete(f"droplet {mine['id']}", self.api.client.droplets.destroy, mine["id"])
        raise Problem(
            f"another run made droplet {self.name} ({oldest['id']}) at the same moment; this one's was deleted again. "
            "Take known_hosts from the machine of that run, then run it again."
        )


def user_data(private: str, public: str) -> str:
    """Return the cloud-config that gives a droplet its one host key; JSON is YAML."""
    config = {
        "ssh_deletekeys": True,
        "ssh_genkeytypes": ["ed25519"],
        "ssh_keys": {"ed25519_private": private, "ed25519_public": public},
        "disable_root": False,
        "ssh_pwauth": False,
    }
    return f"#cloud-config\n{json.dumps(config)}\n"


def fingerprint(key: str) -> str:
    """Return the name that DigitalOcean gives an ssh key.

    Raises:
        Problem: it is no public key.
    """
    try:
        body = base64.b64decode(key.split()[1], validate=True)
    except (IndexError, ValueError):
        raise Problem(
            f"droplet_ssh_keys: '{key[:30]}' is no public ssh key: "
            "take the line that `cat ~/.ssh/id_ed25519.pub` prints."
        ) from None
    digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
    return ":".join(digest[start : start + 2] for start in range(0, len(digest), 2))
