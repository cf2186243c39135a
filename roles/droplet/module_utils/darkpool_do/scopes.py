"""What the token may do, asked of the API itself: it tells nobody a token's scopes.

A request without the scope is refused with 403. So each scope that is needed is tried with a request about nothing: a
list of one, a body that names nothing, the number of a thing that cannot be. What the API then says to it, means yes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .api import Api

NOBODY = "00000000-0000-0000-0000-000000000000"
# Kind: its path, and what is done with it on every run; then what is done where the settings wish for one.
NEEDED = {
    "ssh_key": ("/v2/account/keys", "read create", ""),
    "tag": ("/v2/tags", "read create delete", ""),
    "vpc": ("/v2/vpcs", "read create delete", ""),
    "firewall": ("/v2/firewalls", "read create update delete", ""),
    "droplet": ("/v2/droplets", "read create update delete", ""),
    "block_storage": ("/v2/volumes", "read", "create delete"),
    "snapshot": ("/v2/snapshots", "read delete", ""),
    "reserved_ip": ("/v2/reserved_ips", "read", "create delete"),
    "monitoring": ("/v2/monitoring/alerts", "read create update delete", ""),
    "uptime": ("/v2/uptime/checks", "read create update delete", ""),
}


def missing(api: Api, options: Collection[str] = ()) -> set[str]:
    """Return the scopes that are needed and not there; `options` are kinds that the settings wish for."""
    return {f"{kind}:{deed}" for kind, deed in needed(options) if not api.may(*about_nothing(kind, deed))}


def needed(options: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield each kind with each thing that is done with it."""
    for kind, (_, always, wished) in NEEDED.items():
        deeds = f"{always} {wished}" if kind in options else always
        yield from ((kind, deed) for deed in deeds.split())


def writing() -> set[str]:
    """Return the scopes of everything but reading that every run needs."""
    return {f"{kind}:{deed}" for kind, deed in needed() if deed != "read"}


def about_nothing(kind: str, deed: str) -> tuple[str, str]:
    """Return method and path of a request that takes this scope and can do nothing."""
    path = NEEDED[kind][0]
    nobody = f"{path}/{0 if kind == 'droplet' else NOBODY}"
    if (kind, deed) == ("droplet", "update"):
        return "POST", f"{nobody}/actions"
    return {
        "read": ("GET", f"{path}?per_page=1"),
        "create": ("POST", path),
        "update": ("PUT", nobody),
        "delete": ("DELETE", nobody),
    }[deed]
