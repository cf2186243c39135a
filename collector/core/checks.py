"""What one setting's text may be. Each check returns the value or raises ValueError with the fix."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from urllib.parse import urlsplit

SYMBOL = re.compile(r"[A-Z][A-Z0-9.]{0,9}")
CRON_FIELDS = 5
_CRON_FIELD = re.compile(r"[0-9A-Za-z*/,\-]+")


def given(text: str) -> str:
    """Anything but nothing."""
    if not text:
        raise ValueError("is empty: give a value or remove the line")
    return text


def key(text: str) -> str:
    """A secret as it is pasted: no blanks, no quotes around it."""
    if not text:
        raise ValueError("is empty: put your Unusual Whales API key there")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("has characters no key has: copy the key again, without quotes or spaces")
    return text


def host_of(url: str) -> str:
    """Lower case; empty when there is none."""
    return (urlsplit(url).hostname or "").lower()


def url(text: str) -> str:
    """A bare address that the key may be sent to."""
    parts = urlsplit(text)
    host = host_of(text)
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(f"{text!r} is not a URL: write https://host")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must be a bare address: leave out user, password, ? and #")
    if parts.scheme == "http" and not _is_near(host):
        raise ValueError(f"would send the key in the clear to {host}: write https://")
    return text.rstrip("/")


def _is_near(host: str) -> bool:
    """Loopback, a private address, or a single-label name of the local network."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host
    return address.is_private or address.is_loopback


def words(text: str) -> tuple[str, ...]:
    """Parted by commas, each once, in the order given."""
    found = [word.strip() for word in text.split(",") if word.strip()]
    return tuple(dict.fromkeys(found))


def some_words(text: str) -> tuple[str, ...]:
    """At least one."""
    return words(given(text))


def yes_or_no(text: str) -> bool:
    """As YAML and people write it."""
    if text.lower() not in ("true", "false"):
        raise ValueError(f"{text!r} is neither true nor false")
    return text.lower() == "true"


def symbols(text: str) -> tuple[str, ...]:
    """At least one ticker."""
    found = words(text)
    wrong = [word for word in found if not SYMBOL.fullmatch(word)]
    if wrong:
        raise ValueError(f"{', '.join(wrong)} is not a ticker: write capitals, as in SPY,QQQ")
    if not found:
        raise ValueError("is empty: give at least one ticker, as in SPY,QQQ")
    return found


def seconds(least: int, most: int) -> Callable[[str], int]:
    """A whole number of seconds inside the limits."""
    return whole(least, most, "seconds")


def whole(least: int, most: int, unit: str) -> Callable[[str], int]:
    """A whole number of some unit inside the limits."""

    def check(text: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,12}", text):
            raise ValueError(f"{text!r} is not a whole number of {unit}")
        if not least <= int(text) <= most:
            raise ValueError(f"{text} is out of range: write {least} to {most}")
        return int(text)

    return check


def none_or(least: int, most: int, unit: str) -> Callable[[str], int]:
    """A whole number of some unit inside the limits, or 0 for never."""
    inside = whole(least, most, unit)

    def check(text: str) -> int:
        try:
            return 0 if text == "0" else inside(text)
        except ValueError as reason:
            raise ValueError(f"{reason}; 0 is never") from None

    return check


def one_of(*choices: str) -> Callable[[str], str]:
    """One of a few words, in any case."""

    def check(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError(f"{text!r} is not known: write {', '.join(choices)}")
        return text.lower()

    return check


def path(text: str) -> str:
    """Absolute: a service has no current folder."""
    if not text.startswith("/"):
        raise ValueError(f"{text!r} is not an absolute path: begin with /")
    return text


def path_or_empty(text: str) -> str:
    """Absolute, or nothing."""
    return path(text) if text else ""


def cadence(text: str) -> dict[str, int]:
    """Feeds and the least number of seconds between two of their snapshots: max_pain=3600,oi_change=0."""
    found = {}
    for word in words(text):
        name, _, number = word.partition("=")
        if not name or not re.fullmatch(r"[0-9]{1,6}", number):
            raise ValueError(f"{word!r} is not a feed and its seconds: write max_pain=3600")
        found[name] = int(number)
    return found


def table_months(text: str) -> dict[str, int]:
    """Tables and how many months each keeps in the database: options_flow=12,darkpool_trades=0."""
    found = {}
    months = none_or(3, 1200, "months")
    for word in words(text):
        name, _, number = word.partition("=")
        if not name or not number:
            raise ValueError(f"{word!r} is not a table and its months: write options_flow=12")
        found[name] = months(number)
    return found


def schedule(text: str) -> str:
    """Looks like five cron fields, or several such expressions parted by ; the cron library has the last word."""
    for one in text.split(";"):
        parts = one.split()
        if len(parts) != CRON_FIELDS or not all(_CRON_FIELD.fullmatch(part) for part in parts):
            raise ValueError(
                f"{one.strip()!r} is not a cron expression: write five fields, as in */5 9-16 * * 1-5"
            )
    return text


def without_password(dsn: str) -> str:
    """Both spellings of a DSN."""
    hidden = re.sub(r"(password\s*=\s*)('[^']*'|\S+)", r"\1***", dsn, flags=re.IGNORECASE)
    return re.sub(r"(://[^:/@\s]*):[^@\s]*@", r"\1:***@", hidden)
