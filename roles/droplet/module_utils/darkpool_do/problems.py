"""Each error of the API as one line that says what to do about it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKENS = "https://cloud.digitalocean.com/account/api/tokens"
STATUS = "https://status.digitalocean.com"
LIMIT = "https://cloud.digitalocean.com/account/team/droplet_limit_increase"
UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT, TOO_MANY = 401, 403, 404, 409, 429
# Part of what a 422 says: what to do then.
SENSELESS = {
    "droplet limit": f"destroy a droplet that you do not need, or ask for a higher limit at {LIMIT}",
    "size is not available": "choose another droplet_size or droplet_region: this size is sold out there",
    "invalid size": "correct droplet_size; the sizes on sale: https://slugs.do-api.dev",
    "invalid image": "correct droplet_image; the images: https://slugs.do-api.dev",
    "invalid region": "correct droplet_region; the regions: https://slugs.do-api.dev",
    "region is invalid": "correct droplet_region; the regions: https://slugs.do-api.dev",
    "key invalid": "correct droplet_ssh_keys: each is a line as `cat ~/.ssh/id_ed25519.pub` prints it",
    "not verified": "take an address of droplet_alert_emails that is verified on your account, or leave it empty",
    "invalid address": "correct the addresses in firewall_admin_addresses and ssh_trusted_addresses",
}


class Problem(Exception):
    """Something that a person must put right; the message says how."""


class Forbidden(Problem):
    """The token lacks the scope for it."""


class Vanished(Problem):
    """What was asked for is not there."""


class Taken(Problem):
    """What was to be created is there already, or what was to be deleted is still held."""


class Lost(Problem):
    """There was no answer that says whether the thing was done."""

    def __init__(self, what: str, status: int, said: str, headers: Mapping[str, str] | None = None) -> None:
        headers = headers or {}
        super().__init__(explained(what, status, said, headers))
        self.wait_s = _wait_s(status, headers)


def explained(what: str, status: int, said: str, headers: Mapping[str, str]) -> str:
    """Return the line for an answer of the API."""
    quoted = f' DigitalOcean says: "{said.rstrip(".")}".' if said else ""
    fix = next(
        (todo for words, todo in SENSELESS.items() if words in said.lower()), "correct the droplet_* settings"
    )
    lines = {
        0: f"{what}: no answer ({said or 'the connection ended'}). Check this machine's connection, then run it again.",
        UNAUTHORIZED: f"DigitalOcean does not know the token (401). Make one at {TOKENS} "
        "and put it into vault.yml as vault_droplet_api_token.",
        FORBIDDEN: f"the token lacks the scope for {what} (403).{quoted} "
        f"Make one that has it, or full access, at {TOKENS}.",
        NOT_FOUND: f"{what}: it is not there any more (404). Run it again: it looks anew.",
        CONFLICT: f"{what}: the account's present state forbids it (409).{quoted} Run it again in a minute.",
        TOO_MANY: f"{what}: too many requests (429). Run it again {_when(headers)}; nothing is done twice.",
    }
    if status > TOO_MANY:
        return (
            f"{what}: DigitalOcean is out of order ({status}). "
            f"Look at {STATUS}, then run it again; nothing is done twice."
        )
    return lines.get(status, f"{what}: refused ({status}).{quoted} What to do: {fix}.")


def _wait_s(status: int, headers: Mapping[str, str]) -> float:
    """Return how long the other side wants to be left alone."""
    if "retry-after" in headers:
        return float(headers["retry-after"])
    if status == TOO_MANY:
        return max(0.0, _reset(headers) - time.time())  # noqa: TID251 -- the header counts in the wall clock's seconds
    return 0.0


def _when(headers: Mapping[str, str]) -> str:
    if "retry-after" in headers:
        return f"in {headers['retry-after']} s"
    reset = _reset(headers)
    return f"after {time.strftime('%H:%M', time.localtime(reset))}" if reset else "in an hour"


def _reset(headers: Mapping[str, str]) -> float:
    text = headers.get("ratelimit-reset", "")
    return float(text) if text.isdigit() else 0.0
