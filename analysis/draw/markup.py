"""Elements of HTML and SVG. Text is always escaped: what the vendor wrote is never markup."""

from __future__ import annotations

from html import escape


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: object) -> Markup:
    """An element; `class_` is class, an underscore inside a name a hyphen, an attribute that is None is left out."""
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in ALONE and not children:
        return Markup(f"<{name}{words}/>")
    return Markup(f"<{name}{words}>{joined(children)}</{name}>")


def joined(children: tuple[str, ...] | list[str]) -> Markup:
    """One after the other."""
    return Markup("".join(one if isinstance(one, Markup) else escape(one) for one in children))


ALONE = frozenset({"meta", "link", "br", "input", "path", "line", "rect", "circle", "polyline"})
