"""The whole: bring everything about, or make everything go; one run at a time on this machine."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
from typing import TYPE_CHECKING, Any

from .bucket import SpacesBucket
from .hostkey import AddressFile, HostKey, Pin, address_of
from .machine import Droplet, SshKeys, Volume
from .network import Address, Firewall, Tag, Vpc
from .parts import JSON, Part, Step, bring_about, look, missing, perform, still_there, to_go, warnings
from .problems import Problem
from .storage import Snapshots, SpacesKey
from .watching import Policies, UptimeAlert, UptimeCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .api import Api
    from .settings import Settings

# In the order in which they are made. The firewall is there before the droplet, the pinned key before anybody connects.
MADE: tuple[type[Part], ...] = (
    SshKeys, Tag, Vpc, Firewall, Volume, HostKey, Droplet, Snapshots, Address, Pin, AddressFile,
    Policies, UptimeCheck, UptimeAlert, SpacesBucket, SpacesKey,
)  # fmt: skip
# A part that must know another before it can look comes after it.
LOOKED = sorted(MADE, key=lambda part: (part not in (Droplet, Volume), MADE.index(part)))
VOLUME_GB_MONTHLY, SNAPSHOT_GB_MONTHLY = 0.10, 0.06


@dataclasses.dataclass
class Outcome:
    """What was done, or would be."""

    steps: list[Step]
    warnings: list[str] = dataclasses.field(default_factory=list)
    address: str = ""
    monthly: dict[str, float] = dataclasses.field(default_factory=dict)

    def diff(self) -> dict[str, str]:
        """Return both states of what differs, a line each, without a secret."""
        return {
            side: "".join(
                f"{step.part.kind} {step.name}: {_line(getattr(step, side))}" for step in self.steps
            )
            for side in ("before", "after")
        }


def present(api: Api, settings: Settings, *, check: bool) -> Outcome:
    """Leave with the droplet and everything around it as it was chosen; in check mode say what that would take."""
    with alone(settings):
        parts = _found(api, settings)
        steps = [step for part in parts for step in missing(part)]
        odd = warnings(parts)
        monthly = {
            "now": monthly_cost(api, parts, planned=False),
            "after": monthly_cost(api, parts, planned=True),
        }
        if not check:
            steps = bring_about(parts)
        return Outcome(steps, odd, address_of(parts[0]), monthly)


def absent(api: Api, settings: Settings, *, check: bool) -> Outcome:
    """Delete everything that is ours, then ask again whether something that costs money is left.

    Raises:
        Problem: something is left.
    """
    with alone(settings):
        parts = _found(api, settings)
        steps = to_go(parts)
        monthly = {"now": monthly_cost(api, parts, planned=False), "after": 0.0}
        address = address_of(parts[0])
        if not check:
            for step in steps:
                perform(step)
            left = still_there(parts)
            if left:
                raise Problem(f"still there and still costing money: {', '.join(left)}. Run it again.")
        return Outcome(steps, [], address, monthly)


def monthly_cost(api: Api, parts: list[Part], *, planned: bool) -> float:
    """Return what a month costs: the droplet at the API's price, volume and snapshots by their size."""
    settings, there = parts[0].settings, parts[0].there
    droplets = there["droplet"].values()
    volume_gb = sum(one["size_gigabytes"] for one in there["volume"].values())
    snapshot_gb = sum(one["size_gigabytes"] for one in there["snapshot"].values())
    if planned and not droplets:
        prices = {size["slug"]: size["price_monthly"] for size in _sizes(api)}
        price = float(prices.get(settings.size, 0.0))
    else:
        price = sum(float(droplet["size"]["price_monthly"]) for droplet in droplets)
    if planned:
        volume_gb = max(volume_gb, settings.volume_gb)
    return round(price + VOLUME_GB_MONTHLY * volume_gb + SNAPSHOT_GB_MONTHLY * snapshot_gb, 2)


@contextlib.contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Let one run at a time at the droplet of an inventory; a second waits for the first."""
    file = settings.address_file.parent / ".droplet.lock"
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _found(api: Api, settings: Settings) -> list[Part]:
    there: dict[str, dict[str, Any]] = {}
    parts = {kind: kind(api, settings, there) for kind in MADE}
    look([parts[kind] for kind in LOOKED])
    return list(parts.values())


def _sizes(api: Api) -> list[JSON]:
    return api.pages("sizes", "sizes", api.client.sizes.list)


def _line(description: JSON | None) -> str:
    if description is None:
        return "not there\n"
    return (
        ", ".join(f"{name} {value}" for name, value in description.items()) + "\n"
        if description
        else "there\n"
    )
