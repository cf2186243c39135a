"""The bucket that takes the backups off the server. DigitalOcean's API makes keys to it, Spaces the bucket itself."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import requests

from .parts import JSON, Part
from .problems import NOT_FOUND, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

ONCE = "-once"
# What is overwritten or deleted can be fetched back for so long, by whom has more than the server's key.
KEPT_DAYS = 90
SPACES_REGIONS = "https://docs.digitalocean.com/platform/regional-availability/"


class SpacesBucket(Part):
    """A bucket that keeps what was deleted in it, and stays when the droplet goes: a lost one comes back from it."""

    kind = "Spaces bucket"
    stays = True

    def ours(self) -> dict[str, JSON]:
        """Ask without a key whether the name is taken: a closed bucket says so too."""
        name = self.settings.spaces_bucket
        if not name:
            return {}
        try:
            answer = requests.head(f"{self.settings.spaces_url}/{name}", timeout=20, allow_redirects=False)
        except requests.RequestException:
            raise Problem(
                f"{self.settings.spaces_url} does not answer: is there Spaces in the region droplet_spaces_region? "
                f"{SPACES_REGIONS}"
            ) from None
        return {} if answer.status_code == NOT_FOUND else {name: {}}

    def wished(self) -> dict[str, JSON]:
        """One or none."""
        name = self.settings.spaces_bucket
        return {name: {}} if name else {}

    def create(self, name: str, description: JSON) -> JSON:
        """Make it with a key that may do that and lives for a moment.

        Raises:
            Problem: Spaces refuses.
        """
        # A second to import, and needed once in the life of an inventory.
        import boto3  # noqa: PLC0415 -- same
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 -- same

        with self._key() as key:
            client = boto3.client(
                "s3",
                endpoint_url=self.settings.spaces_url,
                region_name="us-east-1",  # for the signature; the address says the region
                aws_access_key_id=key["access_key"],
                aws_secret_access_key=key["secret_key"],
            )
            try:
                client.create_bucket(Bucket=name, ACL="private")
                client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
                client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration=_lifecycle())
            except (BotoCoreError, ClientError) as error:
                raise Problem(
                    f"Spaces bucket {name} cannot be made: {error}. A name is taken for everybody: "
                    "choose another droplet_spaces_bucket."
                ) from None
        return description

    @contextlib.contextmanager
    def _key(self) -> Iterator[dict[str, Any]]:
        keys = self.api.client.spaces_key
        everything = {"name": f"{self.name}{ONCE}", "grants": [{"bucket": "", "permission": "fullaccess"}]}
        key = self.api.write("creating a Spaces key for a moment", keys.create, everything)["key"]
        try:
            yield key
        finally:
            self.api.delete(f"Spaces key {key['name']}", keys.delete, key["access_key"])


def _lifecycle() -> dict[str, Any]:
    every = {"ID": "forget-deleted", "Status": "Enabled", "Filter": {"Prefix": ""}}
    return {"Rules": [{**every, "NoncurrentVersionExpiration": {"NoncurrentDays": KEPT_DAYS}}]}
