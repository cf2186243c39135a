"""Options flow per strike: the day's running totals, a snapshot a pass."""

from __future__ import annotations

from collections.abc import Sequence

from collector.core import parse, sums
from collector.core.source import OptionsFlow, Raw, Seen, Snapshot, Source


def read(raw: Raw, seen: Seen) -> Sequence[OptionsFlow]:
    """One row a strike; detail keeps calls, puts and their sides as sent."""
    strike = parse.some_number(raw, "strike")
    return (
        OptionsFlow(
            symbol=seen.symbol,
            strike=strike,
            expiry=None,
            flow_type="per_strike",
            premium=sums.premium(raw),
            contract_size=sums.contracts(raw),
            iv_rank=seen.iv_rank,
            collected_at=seen.fetched_at,
            record_id=f"{strike.normalize():f}@{seen.fetched_at.isoformat()}",
            session_date=seen.session_date,
            executed_at=None,
            detail=parse.rest(raw, ("strike",)),
        ),
    )


SOURCE = Source(
    name="flow_per_strike",
    path="/api/stock/{symbol}/flow-per-strike",
    table=("trading", "options_flow"),
    row=OptionsFlow,
    identity=("flow_type", "symbol", "session_date", "record_id"),
    parse=read,
    page=Snapshot(),
    priority=40,
    required=sums.SUMS | {"strike", "date", "ticker", "timestamp"},
)
