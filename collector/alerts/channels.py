"""The one door to apprise: only the process that delivers loads it, and only when there is something to send."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from collector.alerts.deliver import Channel
from collector.alerts.message import SEVERITIES


def send(channel: Channel, title: str, body: str) -> str:
    """Post it; empty, or why not. The URL is in no reason."""
    import apprise  # noqa: PLC0415 - loaded where there is something to send

    # It logs URLs where it is not happy with them.
    logging.getLogger("apprise").disabled = True
    post = apprise.Apprise()
    if not post.add(channel.url):
        return "its URL is none that apprise knows: see vault_alerts_urls"
    try:
        taken = post.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
    except Exception as reason:  # noqa: BLE001 - a library of a hundred services: whatever it is, it was not sent
        return f"failed with {type(reason).__name__}"
    return "" if taken else "did not take it"


def channels(given: Sequence[Mapping[str, Any]]) -> tuple[Channel, ...]:
    """The channels of the inventory's list; one whose secret changed is another one."""
    found = []
    for one in given:
        url = str(one["url"])
        digest = hashlib.sha256(url.encode()).hexdigest()[:8]
        name = f"{urlsplit(url).scheme}-{digest}"
        found.append(Channel(name, url, tuple(one.get("severities") or SEVERITIES)))
    return tuple(found)
