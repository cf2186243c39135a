"""Options flow per expiry: the day's running totals, a snapshot a pass."""

from __future__ import annotations

from collections.abc import Sequence

from collector.core import parse, sums
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
            premium=sums.premium(raw),
            contract_size=sums.contracts(raw),
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
    identity=("flow_type", "symbol", "session_date", "record_id"),
    parse=read,
    page=Snapshot(),
    priority=50,
    required=sums.SUMS | sums.OTM_SUMS | {"expiry", "date", "ticker"},
    dated=False,
)
