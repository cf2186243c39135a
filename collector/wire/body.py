"""An answer's body: all of it, before a moment that has passed for good, or Transient."""

from __future__ import annotations

import time
import zlib
from typing import Any

import requests

from collector.core.errors import Transient

CHUNK = 65_536
LARGEST = 64 * 1024 * 1024
_GZIP = 16 + zlib.MAX_WBITS


def read(response: requests.Response, deadline: float) -> bytes:
    """The decoded body. `deadline` (time.monotonic) also ends a drip whose every byte restarts the socket's timer.

    So it is read raw, one receive at a time, and unpacked here: a cut gzip stream cannot pass for a whole one.
    """
    unpacker = _unpacker(response.headers.get("content-encoding", ""))
    pieces, size = [], 0
    while piece := response.raw.read1(CHUNK, decode_content=False):
        pieces.append(unpacker.decompress(piece, LARGEST) if unpacker else piece)
        size += len(pieces[-1])
        if time.monotonic() > deadline or size > LARGEST:
            raise Transient("the answer is too slow or too large")
    if unpacker and size and not unpacker.eof:
        raise Transient("the answer is cut off")
    return b"".join(pieces)


def _unpacker(encoding: str) -> Any:  # noqa: ANN401 - zlib does not name its type
    if encoding in ("", "identity"):
        return None
    if encoding == "gzip":
        return zlib.decompressobj(_GZIP)
    raise Transient(f"the answer is packed as {encoding[:20]}, which was not asked for")
