"""The one door to apprise: only the process that delivers loads it, and only when there is something to send."""

from __future__ import annotations

import gzip
import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from collector.alerts.deliver import Channel
from collector.alerts.message import SEVERITIES, Page

NOT_ATTACHED = (
    "\n(The channel did not take the page. It is in the folder reports of the laptop that made it.)"
)


def send(channel: Channel, title: str, body: str, pages: Sequence[Page]) -> str:
    """Post it; empty, or why not. The URL is in no reason. What is refused with its pages goes without them."""
    import apprise  # noqa: PLC0415 - loaded where there is something to send

    # It logs URLs where it is not happy with them.
    logging.getLogger("apprise").disabled = True
    post = apprise.Apprise()
    if not post.add(channel.url):
        return "its URL is none that apprise knows: see vault_alerts_urls"
    error = _notified(post, title, body, pages)
    return _notified(post, title, body + NOT_ATTACHED, ()) if error and pages else error


def _notified(post: Any, title: str, body: str, pages: Sequence[Page]) -> str:  # noqa: ANN401 - apprise has no types
    try:
        more = {"attach": _attached(pages)} if pages else {}
        taken = post.notify(body=body, title=title, body_format="text", **more)
    except Exception as reason:  # noqa: BLE001 - a library of a hundred services: whatever it is, it was not sent
        return f"failed with {type(reason).__name__}"
    return "" if taken else "did not take it"


def _attached(pages: Sequence[Page]) -> Any:  # noqa: ANN401 - same
    """In memory alone: the process that sends may write nowhere."""
    from apprise import AppriseAttachment  # noqa: PLC0415 - same
    from apprise.attachment.memory import AttachMemory  # noqa: PLC0415 - same

    found, in_memory = AppriseAttachment(), AttachMemory  # type: Any, Any
    for one in pages:
        found.add(in_memory(gzip.decompress(one.content), name=one.name, mimetype="text/html"))
    return found


def channels(given: Sequence[Mapping[str, Any]]) -> tuple[Channel, ...]:
    """The channels of the inventory's list; one whose secret changed is another one."""
    found = []
    for one in given:
        url = str(one["url"])
        digest = hashlib.sha256(url.encode()).hexdigest()[:8]
        name = f"{urlsplit(url).scheme}-{digest}"
        found.append(Channel(name, url, tuple(one.get("severities") or SEVERITIES)))
    return tuple(found)
