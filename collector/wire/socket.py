"""The one WebSocket client: joins, reads, and is silent about the token in its address."""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn
from urllib.parse import quote

import certifi
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from collector.core.errors import BadKey, NotInPlan, Transient

OPEN_S = 15
CLOSE_S = 2
# A dead connection is noticed within a ping and its time to be answered.
PING_S = 20
# Payloads are a kilobyte; whatever is as large as this is none.
LARGEST_FRAME = 1024 * 1024
# Frames between the network and us: enough for a few seconds of the open.
WAITING_FRAMES = 20_000
UNAUTHORIZED, FORBIDDEN = 401, 403

# The library would write the address with its token into a log at debug level.
_MUTE = logging.getLogger("collector.wire.socket.mute")
_MUTE.disabled = True


@dataclass(frozen=True)
class Frame:
    """A payload of a channel, or the answer to a join: then `joined` says whether it was accepted."""

    channel: str
    payload: Mapping[str, Any]
    joined: bool | None = None


class Socket:
    """One connection. Every way it can end is an error that says what to do."""

    def __init__(self, api_url: str, api_key: str, release: str) -> None:
        address = f"ws{api_url.removeprefix('http')}/socket?token={quote(api_key, safe='')}"
        secure = api_url.startswith("https")
        try:
            self._connection: ClientConnection = connect(
                address,
                # The certificates that the HTTP client trusts; no proxy from the environment, as there.
                ssl=ssl.create_default_context(cafile=certifi.where()) if secure else None,
                proxy=None,
                user_agent_header=f"darkpool-collector/{release}",
                open_timeout=OPEN_S,
                close_timeout=CLOSE_S,
                ping_interval=PING_S,
                ping_timeout=PING_S,
                max_size=LARGEST_FRAME,
                max_queue=WAITING_FRAMES,
                logger=_MUTE,
            )
        except InvalidStatus as refusal:
            _refused(refusal.response.status_code, bytes(refusal.response.body or b""))
        except (WebSocketException, OSError) as reason:
            # Its text may have the address: only its kind is said.
            raise Transient(f"no stream from {api_url} ({type(reason).__name__})") from None

    def join(self, channel: str) -> None:
        """Asks for a channel; the answer comes as a frame."""
        try:
            self._connection.send(json.dumps({"channel": channel, "msg_type": "join"}))
        except (WebSocketException, OSError) as reason:
            raise Transient(f"the stream ended while joining ({type(reason).__name__})") from None

    def receive(self, wait_s: float) -> Frame | None:
        """The next frame; None when none came in that time, or one that nobody can read."""
        try:
            return read(self._connection.recv(timeout=wait_s))
        except TimeoutError:
            return None
        except ConnectionClosed as end:
            code = end.rcvd.code if end.rcvd else 1006
            raise Transient(f"the stream was closed ({code})") from None
        except (WebSocketException, OSError) as reason:
            raise Transient(f"the stream broke ({type(reason).__name__})") from None

    def close(self) -> None:
        """Says good-bye, for a moment at most."""
        self._connection.close()


def read(text: str | bytes) -> Frame | None:
    """`["channel", {...}]` with exact numbers; None for anything else."""
    try:
        channel, payload = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, TypeError, RecursionError):
        return None
    if not isinstance(channel, str) or not isinstance(payload, dict):
        return None
    is_answer = payload.keys() == {"response", "status"}
    return Frame(channel, payload, payload["status"] == "ok" if is_answer else None)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _refused(status: int, body: bytes) -> NoReturn:
    """A plan without the stream is refused with the status of a wrong key, and a text that says so (API.md 8)."""
    said = body.decode("utf-8", "replace").lower()
    is_about_the_plan = any(word in said for word in ("scope", "websocket", "plan", "subscription"))
    if is_about_the_plan and "<html" not in said and status in (UNAUTHORIZED, FORBIDDEN):
        raise NotInPlan("the API plan has no live stream (websocket scope)")
    if status == UNAUTHORIZED:
        raise BadKey("the API refuses the key (401): check COLLECTOR_API_KEY")
    raise Transient(f"the stream was refused ({status})")
