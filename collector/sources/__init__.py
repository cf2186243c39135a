"""Facts of each feed. To exist is to be registered: a module here with a SOURCE is a feed."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from collector.core.errors import BadPayload
from collector.core.source import Source


@cache
def registered() -> tuple[Source, ...]:
    """The most valuable first."""
    found = [
        module.SOURCE
        for info in pkgutil.iter_modules(__path__, f"{__name__}.")
        if hasattr(module := import_module(info.name), "SOURCE")
    ]
    return tuple(sorted(found, key=lambda source: (source.priority, source.name)))


def by_name(name: str) -> Source:
    """The feed; BadPayload when this release does not know it."""
    for source in registered():
        if source.name == name:
            return source
    raise BadPayload(f"{name} is not a feed of this release")
