"""What a check may say, and what checks know of each other."""

from __future__ import annotations

from typing import Any

Facts = dict[str, Any]


class Ill(Exception):
    """Something is to be mended; the message says what and how."""


class Waits(Exception):
    """It cannot be looked at, as long as something else is not mended or not there; the message says what."""


def is_open(value: object) -> bool:
    """Say whether a value is still the example's placeholder."""
    return str(value).startswith("<")


def read(facts: Facts, name: str) -> Any:  # noqa: ANN401 -- whatever the inventory holds
    """Return what the inventory says, once it can be read."""
    if name not in facts:
        raise Waits("mend the inventory first")
    return facts[name]
