"""What only the owner knows, and where in the inventory it goes."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

VAULT = "group_vars/all/vault.yml"
LONGEST_PATH = 1000
PUBLIC_KEY = re.compile(r"(ssh-ed25519|ecdsa-sha2-\S+|sk-\S+|ssh-rsa) [A-Za-z0-9+/=]{40,}( .*)?")


def public_key(answer: str) -> str:
    """A public key, given as text or as the path of its file.

    Raises:
        ValueError: it is neither.
    """
    path = Path(answer).expanduser()
    text = path.read_text().strip() if len(answer) < LONGEST_PATH and path.is_file() else answer
    if not PUBLIC_KEY.fullmatch(text):
        raise ValueError("is not a public ssh key, nor a file with one; `ssh-keygen -t ed25519` makes one")
    return text


def api_key(answer: str) -> str:
    """A key without what no key has.

    Raises:
        ValueError: it has blanks, quotes or backslashes.
    """
    if not re.fullmatch(r"[!-~]+", answer) or set(answer) & set("'\"\\"):
        raise ValueError("has blanks, quotes or backslashes, which no key has; copy it again")
    return answer


def address(answer: str) -> str:
    """An IPv4 address.

    Raises:
        ValueError: it is none.
    """
    try:
        return str(ipaddress.IPv4Address(answer))
    except ValueError:
        raise ValueError("is not an IPv4 address; the console shows it beside the droplet's name") from None


def region(answer: str) -> str:
    """The short name of one of DigitalOcean's places; whether it is on sale, `make droplet` asks.

    Raises:
        ValueError: no place is called so.
    """
    if not re.fullmatch(r"[a-z]{3}\d{1,2}", answer):
        raise ValueError("is not a region; nyc3 is near New York, others look like sfo3 or fra1")
    return answer


def alerts_url(answer: str) -> str:
    """An address of a service that apprise knows; whether it takes messages, `make alert-test` asks.

    Raises:
        ValueError: it has not the form of one.
    """
    if not re.fullmatch(r"[a-z]+://[!-~]+", answer) or answer.startswith(("http://", "https://")):
        raise ValueError(
            "is no address that apprise knows; ntfys://my-topic and mailtos://user:password@host are"
        )
    return answer


def host_key(answer: str) -> str:
    """The line that the server prints for its own key.

    Raises:
        ValueError: it is not that line.
    """
    if not re.match(r"ssh-ed25519 [A-Za-z0-9+/=]{40,}", answer):
        raise ValueError("is not the line that `cat /etc/ssh/ssh_host_ed25519_key.pub` prints on the droplet")
    return " ".join(answer.split()[:2])


@dataclass(frozen=True)
class Question:
    """One answer: from the environment, else from a person, else the default."""

    name: str
    """The environment's variable that answers it unattended."""
    asks: str
    file: str
    placeholder: str
    """How the text between the angle brackets begins that the answer replaces."""
    check: Callable[[str], str]
    secret: bool = False
    default: Callable[[], str] = str
    needs: str = ""
    """Another question without whose answer this one is not asked."""
    unless: str = ""
    """Another question whose answer makes this one needless."""
    optional: bool = False
    key: str = ""
    """In place of a placeholder: the setting whose default the answer replaces, asked on the first day only."""


def own_public_key() -> str:
    """The first of the usual public keys that is there."""
    usual = (
        Path(f"~/.ssh/{name}.pub").expanduser()
        for name in ("id_ed25519", "id_ed25519_sk", "id_ecdsa", "id_rsa")
    )
    return next((str(path) for path in usual if path.exists()), "")


ALL = (
    Question(
        name="UNUSUAL_WHALES_API_KEY",
        asks="Your Unusual Whales API key (API dashboard in your settings there)",
        file=VAULT,
        placeholder="your API key",
        check=api_key,
        secret=True,
    ),
    Question(
        name="SSH_PUBLIC_KEY",
        asks="Your public ssh key, or its file",
        file="group_vars/all/users.yml",
        placeholder="your public ssh key",
        check=public_key,
        default=own_public_key,
    ),
    Question(
        name="DIGITALOCEAN_TOKEN",
        asks="Your DigitalOcean token, so that the droplet is made for you (empty: you have one already)",
        file=VAULT,
        placeholder="a token that may read and write",
        check=api_key,
        secret=True,
        optional=True,
    ),
    Question(
        name="DROPLET_REGION",
        asks="DigitalOcean's region for it",
        file="group_vars/all/droplet.yml",
        placeholder="",
        key="droplet_region",
        check=region,
        default=lambda: "nyc3",
        needs="DIGITALOCEAN_TOKEN",
    ),
    Question(
        name="DROPLET_ADDRESS",
        asks="The droplet's IPv4 address (empty: you fill it in later)",
        file="hosts.yml",
        placeholder="the droplet's IPv4 address",
        check=address,
        unless="DIGITALOCEAN_TOKEN",
        optional=True,
    ),
    Question(
        name="DROPLET_HOST_KEY",
        asks="Its host key: what `cat /etc/ssh/ssh_host_ed25519_key.pub` prints in the droplet's web console",
        file="known_hosts",
        placeholder="its host key",
        check=host_key,
        needs="DROPLET_ADDRESS",
        optional=True,
    ),
    Question(
        name="ALERTS_URL",
        asks="Where your alerts go, as ntfys://a-topic-that-nobody-guesses (empty: nowhere yet)",
        file=VAULT,
        placeholder="where alerts go",
        check=alerts_url,
        secret=True,
        optional=True,
    ),
)
