"""Options flow per strike and minute: increments of the few strikes with the highest net premium."""

from __future__ import annotations

from collections.abc import Sequence

from collector.core import parse, sums
from collector.core.clock import new_york_date
from collector.core.source import OptionsFlow, Raw, Seen, Snapshot, Source


def read(raw: Raw, seen: Seen) -> Sequence[OptionsFlow]:
    """One row a strike and minute; detail keeps calls, puts and their sides as sent."""
    parse.of_symbol(raw, "ticker", seen.symbol)
    strike = parse.some_number(raw, "strike")
    at = parse.some_instant(raw, "timestamp")
    return (
        OptionsFlow(
            symbol=seen.symbol,
            strike=strike,
            expiry=None,
            flow_type="per_strike_intraday",
            premium=sums.premium(raw),
            contract_size=sums.contracts(raw),
            iv_rank=seen.iv_rank,
            collected_at=seen.fetched_at,
            record_id=f"{strike.normalize():f}@{at.isoformat()}",
            session_date=new_york_date(at),
            executed_at=at,
            detail=parse.rest(raw, ("strike", "timestamp", "ticker")),
        ),
    )


SOURCE = Source(
    name="flow_per_strike_intraday",
    path="/api/stock/{symbol}/flow-per-strike-intraday",
    table=("trading", "options_flow"),
    row=OptionsFlow,
    identity=("flow_type", "symbol", "session_date", "record_id"),
    restates=("premium", "contract_size", "iv_rank", "collected_at", "detail"),
    unless_changed=("iv_rank", "collected_at"),
    parse=read,
    page=Snapshot(),
    priority=55,
    # The contract's default, said so that its change would not go unseen: which strikes are the top ones.
    params={"filter": "NetPremium"},
    required=sums.SUMS | {"strike", "date", "ticker", "timestamp"},
)
