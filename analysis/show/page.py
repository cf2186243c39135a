"""One HTML page that needs nothing besides itself: no script, no picture, no font and no address of elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analysis.draw.markup import Markup, joined, tag

STYLE = Path(__file__).with_name("report.css")
# Whatever a row of the database says, the page can load nothing and run nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(title: str, *body: Markup, head: Sequence[Markup] = ()) -> str:
    """The whole document; `head` is what it has there besides the usual."""
    whole = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", Markup(STYLE.read_text())),
        *head,
    )
    return f"<!doctype html>\n{tag('html', whole, tag('body', tag('main', *body)), lang='en')}\n"


def figure(title: str, drawn: Markup | None, keys: tuple[tuple[str, str], ...], said: str) -> Markup:
    """A picture under its title, with what its colours mean; a sentence where there is nothing to draw."""
    if drawn is None:
        return tag("figure", tag("h2", title), tag("p", said, class_="none"))
    legend = joined(
        [tag("span", tag("span", class_=f"key {class_}"), text, class_="term") for class_, text in keys]
    )
    return tag(
        "figure", tag("h2", title), drawn, tag("figcaption", legend, tag("br") if keys and said else "", said)
    )


def table(
    heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], class_: str, columns: tuple[str, ...]
) -> Markup:
    """Rows of text; `columns` are the classes of the cells."""
    head = tag(
        "thead", tag("tr", *(tag("th", text, class_=one) for text, one in zip(heads, columns, strict=True)))
    )
    lines = [
        tag("tr", *(tag("td", cell, class_=one) for cell, one in zip(row, columns, strict=True)))
        for row in rows
    ]
    return tag("div", tag("table", head, tag("tbody", *lines), class_=class_), class_="wide")
