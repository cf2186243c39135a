"""Options flow per expiry: the day's running totals, a snapshot a pass."""

from __future__ import annotations

from collections.abc import Sequence

from collector.core import parse
from collector.core.source import OptionsFlow, Raw, Seen, Snapshot, Source


def read(raw: Raw, seen: Seen) -> Sequence[OptionsFlow]:
    """One row an expiry; detail keeps calls, puts, their sides and otm parts as sent."""
    expiry = parse.day(raw, "expiry")
    return (
        OptionsFlow(
            symbol=seen.symbol,
            strike=None,
            expiry=expiry,
            flow_type="per_expiry",
            premium=parse.some_number(raw, "call_premium") + parse.some_number(raw, "put_premium"),
            contract_size=parse.some_number(raw, "call_volume") + parse.some_number(raw, "put_volume"),
            iv_rank=seen.iv_rank,
            collected_at=seen.fetched_at,
            record_id=f"{expiry.isoformat()}@{seen.fetched_at.isoformat()}",
            session_date=seen.session_date,
            executed_at=None,
            detail=parse.rest(raw, ("expiry",)),
        ),
    )


SOURCE = Source(
    name="flow_per_expiry",
    path="/api/stock/{symbol}/flow-per-expiry",
    table=("trading", "options_flow"),
    row=OptionsFlow,
    identity=("flow_type", "symbol", "record_id"),
    parse=read,
    page=Snapshot(),
    priority=50,
    required=frozenset(
        f"{side}_{what}"
        for side in ("call", "put")
        for what in (
            *("premium", "premium_ask_side", "premium_bid_side", "trades"),
            *("volume", "volume_ask_side", "volume_bid_side"),
        )
    )
    | {"expiry"},
    dated=False,
)
