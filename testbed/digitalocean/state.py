"""The account: what was created and is not deleted yet, kind by kind."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Any

from testbed.digitalocean import catalog
from testbed.digitalocean.answers import JSON, identifier, number
from testbed.digitalocean.faults import Faults

if TYPE_CHECKING:
    from testbed.digitalocean.machines import Machines

KINDS = (
    "keys",
    "tags",
    "vpcs",
    "droplets",
    "firewalls",
    "volumes",
    "snapshots",
    "reserved_ips",
    "alerts",
    "checks",
    "check_alerts",
    "spaces_keys",
)  # fmt: skip
NEVER = "2025-01-01T00:00:00Z"
# What a month of each kind costs that is not a droplet; sizes have their own price.
MONTHLY = {"volume_gb": 0.10, "snapshot_gb": 0.06, "reserved_ip_unassigned": 5.0, "check": 1.0}


@dataclasses.dataclass
class State:
    """Everything that the fake knows."""

    token: str
    machines: Machines
    things: dict[str, list[JSON]] = dataclasses.field(default_factory=lambda: {kind: [] for kind in KINDS})
    actions: list[JSON] = dataclasses.field(default_factory=list)
    faults: Faults = dataclasses.field(default_factory=Faults)
    requests: list[str] = dataclasses.field(default_factory=list)
    hour_began: float = dataclasses.field(default_factory=time.time)
    asked_this_hour: int = 0

    def __post_init__(self) -> None:
        """Begin with an account that is new."""
        self.reset()

    def reset(self) -> None:
        """Forget everything; every region has the network that an account has from the start."""
        self.things = {kind: [] for kind in KINDS}
        self.faults, self.requests, self.actions = Faults(), [], []
        self.hour_began, self.asked_this_hour = time.time(), 0
        for slug in catalog.REGIONS:
            self.add("vpcs", vpc(f"default-{slug}", slug, "10.108.0.0/20", default=True))

    def add(self, kind: str, thing: JSON) -> JSON:
        """Keep a thing that was created."""
        self.things[kind].append(thing)
        return thing

    def remove(self, kind: str, thing: JSON) -> None:
        """Forget a thing that was deleted."""
        self.things[kind].remove(thing)

    def act(self, kind: str, resource: str, resource_id: int | str) -> JSON:
        """Note something that was done, as the API's actions do."""
        action = {
            "id": number(), "type": kind, "resource_type": resource, "resource_id": resource_id,
            "status": "completed", "started_at": NEVER, "completed_at": NEVER, "region_slug": "nyc3",
        }  # fmt: skip
        self.actions.append(action)
        return action

    def monthly_cost(self) -> float:
        """Return what a month of everything in the account costs."""
        total = sum(float(droplet["size"]["price_monthly"]) for droplet in self.things["droplets"])
        total += MONTHLY["volume_gb"] * sum(volume["size_gigabytes"] for volume in self.things["volumes"])
        total += MONTHLY["snapshot_gb"] * sum(one["size_gigabytes"] for one in self.things["snapshots"])
        unassigned = [address for address in self.things["reserved_ips"] if not address["droplet"]]
        return total + MONTHLY["reserved_ip_unassigned"] * len(unassigned) + len(self.things["checks"])


def vpc(name: str, region: str, ip_range: str, *, default: bool = False) -> JSON:
    """Return a private network as the API describes it."""
    found: dict[str, Any] = {"id": identifier(), "name": name, "region": region, "ip_range": ip_range}
    urn = f"do:vpc:{found['id']}"
    return {**found, "urn": urn, "default": default, "description": "", "created_at": NEVER}
