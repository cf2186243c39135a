"""What rows of options flow per strike and per expiry have in common: sums of calls and of puts, with their sides."""

from __future__ import annotations

from decimal import Decimal

from collector.core import parse
from collector.core.source import Raw

WHATS = (
    *("premium", "premium_ask_side", "premium_bid_side", "trades"),
    *("volume", "volume_ask_side", "volume_bid_side"),
)
SUMS = frozenset(f"{right}_{what}" for right in ("call", "put") for what in WHATS)
OTM_SUMS = frozenset(
    f"{right}_otm_{what}" for right in ("call", "put") for what in ("premium", "trades", "volume")
)


def premium(raw: Raw) -> Decimal:
    """US dollars, calls plus puts; Unparsable when one is missing."""
    return parse.some_number(raw, "call_premium") + parse.some_number(raw, "put_premium")


def contracts(raw: Raw) -> Decimal:
    """Contracts, calls plus puts; Unparsable when one is missing."""
    return parse.some_number(raw, "call_volume") + parse.some_number(raw, "put_volume")
