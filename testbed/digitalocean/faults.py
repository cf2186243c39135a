"""What shall go wrong: named faults that spoil the next requests they fit, and switches of the account."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from testbed.digitalocean.answers import Refused, unprocessable

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMED = {
    "http_401": Refused(401, "unauthorized", "Unable to authenticate you"),
    "http_403": Refused(403, "forbidden", "You are not authorized to perform this operation"),
    "http_404": Refused(404, "not_found", "The resource you were accessing could not be found."),
    "http_422": unprocessable("something in the request makes no sense"),
    "http_429": Refused(429, "too_many_requests", "API Rate limit exceeded."),
    "http_500": Refused(500, "server_error", "Unexpected server-side error"),
    "http_503": Refused(503, "service_unavailable", "Service is temporarily unavailable"),
    "html_502": None,
    "reset": None,
}


@dataclasses.dataclass
class Fault:
    """One fault: which requests it spoils, and how many of them."""

    fault: str
    method: str = ""
    path: str = ""
    times: int = 1
    # The request does its work, and only the answer is lost.
    after: bool = False
    retry_after_s: int = 0

    def fits(self, method: str, path: str) -> bool:
        """Say whether it spoils such a request."""
        return self.times > 0 and self.method in ("", method) and path.startswith(self.path)


@dataclasses.dataclass
class Faults:
    """Everything that is to go wrong."""

    coming: list[Fault] = dataclasses.field(default_factory=list)
    latency_ms: int = 0
    boot_ms: int = 0
    stuck_in_new: bool = False
    droplet_limit: int = 10
    sold_out: list[str] = dataclasses.field(default_factory=list)
    # Scopes that the token has not: a kind, as in "vpc", or with what is done to it, as in "vpc:create".
    scopes_missing: list[str] = dataclasses.field(default_factory=list)
    requests_per_hour: int = 5000
    # How far the other side's clock is before this machine's.
    clock_ahead_s: int = 0
    # A VPC goes on naming a droplet that is gone for so many tries.
    vpc_lingers: int = 1

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that spoils this request, used up by one."""
        for fault in self.coming:
            if fault.fits(method, path):
                fault.times -= 1
                return fault
        return None

    def set(self, wanted: Mapping[str, Any]) -> None:
        """Take one named fault, or any of the switches.

        Raises:
            Refused: there is no such fault or switch.
        """
        if "fault" in wanted:
            if wanted["fault"] not in NAMED:
                raise unprocessable(f"no such fault: {wanted['fault']}; there are {', '.join(NAMED)}")
            self.coming.append(Fault(**wanted))
            return
        switches = {field.name for field in dataclasses.fields(self)} - {"coming"}
        for name, value in wanted.items():
            if name not in switches:
                raise unprocessable(f"no such switch: {name}; there are {', '.join(sorted(switches))}")
            setattr(self, name, value)
