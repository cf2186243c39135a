"""HTML that cannot be forgotten to be escaped: what is not Html already is text, whoever wrote it."""

from __future__ import annotations

from html import escape


class Html(str):
    """Markup; only `tag` and `together` make it."""

    __slots__ = ()


def put(value: object) -> Html:
    """Text becomes markup that shows it."""
    return value if isinstance(value, Html) else Html(escape(str(value)))


def together(*parts: object) -> Html:
    """One after the other."""
    return Html("".join(put(part) for part in parts))


def tag(name: str, *inner: object, **attributes: object) -> Html:
    """An element; `class_` is class, `data_x` is data-x, and what is None is left out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{given}>{together(*inner)}</{name}>")
