"""The live stream's channels. To exist is to be registered: a module here with a CHANNEL is one."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from collector.core.channel import Channel
from collector.core.source import Source
from collector.sources import by_name


@cache
def registered() -> tuple[Channel, ...]:
    """In the order of their names."""
    found = [
        module.CHANNEL
        for info in pkgutil.iter_modules(__path__, f"{__name__}.")
        if hasattr(module := import_module(info.name), "CHANNEL")
    ]
    return tuple(sorted(found, key=lambda channel: channel.name))


def source_of(feed: str) -> Source:
    """How the rows of a feed or of a channel are stored, by the name in ledger, spool and quarantine."""
    for channel in registered():
        if channel.source.name == feed:
            return channel.source
    return by_name(feed)
