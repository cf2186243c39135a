"""What each path of the API answers, a file for each family; to exist is to be listed in its PATHS."""

from simulator.feeds import exposures, ohlc, options, prints, tides, volatility
from simulator.feeds.asked import Asked, Feed, answer, truth

FAMILIES = (prints, options, tides, volatility, exposures, ohlc)
FEEDS: dict[str, Feed] = {path: feed for family in FAMILIES for path, feed in family.PATHS.items()}

__all__ = ["FEEDS", "Asked", "Feed", "answer", "find", "truth"]


def find(path: str) -> tuple[Feed, dict[str, str]]:
    """The feed of a path and what its braces stand for; ValueError names a path that nobody serves."""
    for template, feed in FEEDS.items():
        values = _values(template.split("/"), path.split("/"))
        if values is not None:
            return feed, values
    raise ValueError(f"no feed serves {path!r}; the paths are those of simulator/contract.yaml")


def _values(template: list[str], path: list[str]) -> dict[str, str] | None:
    if len(template) != len(path):
        return None
    pairs = list(zip(template, path, strict=True))
    if any(name != text for name, text in pairs if not name.startswith("{")):
        return None
    return {name.strip("{}"): text for name, text in pairs if name.startswith("{")}
