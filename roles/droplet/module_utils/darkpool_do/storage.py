"""What outlives a droplet on the provider's side: snapshots of it, and the key of the bucket with the backups."""

from __future__ import annotations

from . import hostkey
from .bucket import ONCE
from .parts import JSON, Part
from .problems import Problem

SPACES = "https://cloud.digitalocean.com/spaces/access_keys"


class Snapshots(Part):
    """Snapshots of the droplet and the volume. Never made here, but they cost: make destroy deletes them."""

    kind = "snapshot"
    costs = True

    def ours(self) -> dict[str, JSON]:
        """Find those of what is ours now, or was when we first looked."""
        held = {
            str(thing["id"]) for kind in ("droplet", "volume") for thing in self.there.get(kind, {}).values()
        }
        known = self.there.setdefault("snapshots of", {})
        known.update({number: {} for number in held})
        if not known:
            return {}
        found = self.api.pages("snapshots", "snapshots", self.api.client.snapshots.list)
        return {f"{one['name']} ({one['id']})": one for one in found if str(one["resource_id"]) in known}

    def wished(self) -> dict[str, JSON]:
        """What there is."""
        return {name: self.seen(thing) for name, thing in self.there.get(self.kind, {}).items()}

    def seen(self, thing: JSON) -> JSON:
        """How large it is."""
        return {"size_gigabytes": thing["size_gigabytes"]}

    def delete(self, name: str, thing: JSON) -> None:
        """Delete one."""
        self.api.delete(f"snapshot {name}", self.api.client.snapshots.delete, thing["id"])


class SpacesKey(Part):
    """A key that can read and write one bucket and do nothing else; its secret goes into a file and nowhere else."""

    kind = "Spaces key"
    exclusive = True

    def ours(self) -> dict[str, JSON]:
        """Find it by its name, and the one that made the bucket if a run died over it: that one is deleted."""
        # Asked for where a bucket is named only: a token without the scope does for everybody else.
        if not self.settings.spaces_bucket:
            return {}
        found = self.api.pages("Spaces keys", "keys", self.api.client.spaces_key.list)
        names = {self.name, f"{self.name}{ONCE}"}
        return {one["name"]: one for one in found if one["name"] in names}

    def wished(self) -> dict[str, JSON]:
        """One or none."""
        bucket = self.settings.spaces_bucket
        return {self.name: {"grants": [{"bucket": bucket, "permission": "readwrite"}]}} if bucket else {}

    def seen(self, thing: JSON) -> JSON:
        """What it opens."""
        return {"grants": thing["grants"]}

    def create(self, name: str, description: JSON) -> JSON:
        """Create it and write its two halves down; a key whose secret could not be kept is deleted again."""
        create = self.api.client.spaces_key.create
        answer = self.api.write(f"creating Spaces key {name}", create, {"name": name, **description})
        found: JSON = answer["key"]
        text = (
            f"---\n{hostkey.HEADER}# Encrypt it: ansible-vault encrypt {self.settings.spaces_key_file}\n"
            f"vault_spaces_access_key: {found['access_key']}\nvault_spaces_secret_key: {found.pop('secret_key')}\n"
        )
        try:
            hostkey.write(self.settings.spaces_key_file, text)
        except OSError as error:
            self.delete(name, found)
            raise Problem(f"{self.settings.spaces_key_file} cannot be written ({error.strerror}).") from None
        return found

    def change(self, name: str, thing: JSON, description: JSON) -> JSON:
        """Put another in its place: what a key opens is fixed when it is made."""
        self.delete(name, thing)
        return self.create(name, description)

    def settle(self) -> None:
        """See that its secret is here.

        Raises:
            Problem: it is not, and cannot be asked for again.
        """
        if self.settings.spaces_bucket and not self.settings.spaces_key_file.exists():
            raise Problem(
                f"Spaces key {self.name} is there, but its secret is not in {self.settings.spaces_key_file}, and "
                "DigitalOcean shows it once: copy the file from the machine that made it, or delete the key at "
                f"{SPACES} and run it again."
            )

    def delete(self, name: str, thing: JSON) -> None:
        """Delete it, and the file with its secret."""
        delete = self.api.client.spaces_key.delete
        self.api.delete(f"Spaces key {name}", delete, thing["access_key"])
        if name == self.name:
            self.settings.spaces_key_file.unlink(missing_ok=True)
