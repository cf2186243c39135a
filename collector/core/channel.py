"""What a channel of the live stream is: a value, like a source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from collector.core.source import MARKET, Raw, Source


@dataclass(frozen=True)
class Channel:
    """`name` is the vendor's; `source` says how its payloads become rows of which table.

    `symbol_key` is the payload's key with the symbol; `per_symbol`: joined once for each wanted symbol.
    """

    name: str
    source: Source
    symbol_key: str
    per_symbol: bool = False

    def joins(self, symbols: Sequence[str]) -> tuple[str, ...]:
        """What to join so that all of these symbols come."""
        return tuple(f"{self.name}:{symbol}" for symbol in symbols) if self.per_symbol else (self.name,)

    def symbol(self, payload: Raw) -> str:
        """Whose it is; MARKET where it does not say, so that quarantine has a place for it."""
        found = payload.get(self.symbol_key)
        return found if isinstance(found, str) else MARKET
