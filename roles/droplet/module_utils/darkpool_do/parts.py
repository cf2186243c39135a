"""How anything is brought about: look what is there, compare it with what is wished, do the difference.

A part is one kind of thing. It knows which of them are ours and how one is created, changed and deleted; the order,
check mode, the diff and what happens when two runs meet are here, once.
"""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Any, ClassVar

from .problems import Lost, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .api import Api
    from .settings import Settings

JSON = dict[str, Any]
LOOKS_AFTER_SILENCE = 3


class Part:
    """One kind of thing; the base has none of them."""

    kind: ClassVar[str] = ""
    # Money is asked for it for as long as it is there.
    costs: ClassVar[bool] = False
    # What a person may have made or use elsewhere is left where it is when the droplet goes.
    stays: ClassVar[bool] = False
    # It is a file on this machine.
    local: ClassVar[bool] = False
    # Ours that nobody wishes any more are deleted.
    exclusive: ClassVar[bool] = False
    # It cannot be changed once it is there; this says what to do about a difference.
    fixed: ClassVar[str] = ""

    def __init__(self, api: Api, settings: Settings, there: dict[str, dict[str, JSON]]) -> None:
        self.api, self.settings, self.there = api, settings, there
        self.name = settings.name

    def ours(self) -> dict[str, JSON]:
        """Return what is there and ours, by name."""
        return {}

    def wished(self) -> dict[str, JSON]:
        """Return what should be there, by name, described so that two descriptions can be compared."""
        return {}

    def seen(self, thing: JSON) -> JSON:
        """Return the description of a thing that is there."""
        return thing

    def create(self, name: str, description: JSON) -> JSON:
        """Create one and return it."""
        raise NotImplementedError

    def change(self, name: str, thing: JSON, description: JSON) -> JSON:
        """Make one what it should be and return it."""
        raise NotImplementedError

    def delete(self, name: str, thing: JSON) -> None:
        """Delete one."""
        raise NotImplementedError

    def settle(self) -> None:
        """Wait for what takes its time, once everything of this kind is there."""

    def made(self, kind: str) -> JSON | None:
        """Return the one thing of a kind, or nothing while it is not there."""
        return next(iter(self.there.get(kind, {}).values()), None)


@dataclasses.dataclass(frozen=True)
class Step:
    """One difference between what is there and what should be."""

    part: Part
    deed: str
    name: str
    before: JSON | None = None
    after: JSON | None = None

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.deed} {self.part.kind} {self.name}"


def look(parts: Sequence[Part]) -> None:
    """Find what is there of each kind."""
    for part in parts:
        part.there[part.kind] = part.ours()


def missing(part: Part) -> Iterator[Step]:
    """Yield what must be done for one kind."""
    here, wished = part.there[part.kind], part.wished()
    for name, after in wished.items():
        if name not in here:
            yield Step(part, "create", name, None, after)
        elif not part.fixed and part.seen(here[name]) != after:
            yield Step(part, "change", name, part.seen(here[name]), after)
    if part.exclusive:
        for name in sorted(here.keys() - wished.keys()):
            yield Step(part, "delete", name, part.seen(here[name]))


def warnings(parts: Sequence[Part]) -> list[str]:
    """Return the differences that cannot be done away with."""
    return [
        f"{part.kind} {name} has {key} {before}, the settings say {after}: {part.fixed}"
        for part in parts
        if part.fixed
        for name, key, before, after in _differences(part)
    ]


def _differences(part: Part) -> Iterator[tuple[str, str, object, object]]:
    here = part.there[part.kind]
    for name, after in part.wished().items():
        before = part.seen(here[name]) if name in here else after
        yield from (
            (name, key, before[key], after[key]) for key in after if before[key] not in (after[key], None)
        )


def bring_about(parts: Sequence[Part]) -> list[Step]:
    """Do everything that is missing, in order; return what was done."""
    done = []
    for part in parts:
        for step in list(missing(part)):
            perform(step)
            done.append(step)
        part.settle()
    return done


def perform(step: Step) -> None:
    """Do one step, and keep in mind what came of it."""
    part, here = step.part, step.part.there[step.part.kind]
    if step.deed == "delete":
        part.delete(step.name, here.pop(step.name))
    elif step.deed == "change":
        here[step.name] = part.change(step.name, here[step.name], part.wished()[step.name])
    else:
        here[step.name] = _created(part, step.name)


def _created(part: Part, name: str) -> JSON:
    """Create a thing; whatever was said to that, it is the thing that counts: another run may have made it."""
    try:
        return part.create(name, part.wished()[name])
    except Problem as problem:
        for attempt in range(LOOKS_AFTER_SILENCE if isinstance(problem, Lost) else 1):
            time.sleep(part.api.pause_s * attempt)
            found = part.ours()
            if name in found:
                return found[name]
        raise


def to_go(parts: Sequence[Part]) -> list[Step]:
    """Return what is deleted when the droplet goes, in that order."""
    # What is noted on this machine goes last: a run that ends in the middle must find the rest again.
    going = sorted((part for part in reversed(parts) if not part.stays), key=lambda part: part.local)
    return [
        Step(part, "delete", name, part.seen(thing))
        for part in going
        for name, thing in part.there[part.kind].items()
    ]


def still_there(parts: Sequence[Part]) -> list[str]:
    """Ask again, and return what is left of everything that costs money."""
    return [f"{part.kind} {name}" for part in parts if part.costs for name in part.ours()]
