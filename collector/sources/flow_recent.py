"""The last 50 option trades of a symbol: they cannot be paged, so polled or lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from collector.core import parse
from collector.core.clock import new_york_date
from collector.core.errors import Unparsable
from collector.core.source import OptionsFlow, Raw, Seen, Snapshot, Source

# OCC's way to write a contract: root, expiry, call or put, strike in thousandths of a dollar.
CONTRACT = re.compile(r"[A-Z0-9.]{1,7}([0-9]{6})[CP]([0-9]{8})")
TAKEN = ("id", "premium", "size", "executed_at")


def contract(option: str) -> tuple[date, Decimal]:
    """Expiry and strike of a contract's name."""
    found = CONTRACT.fullmatch(option)
    if not found:
        raise Unparsable("option_chain_id is not a contract's name")
    yymmdd, strike = found.groups()
    try:
        expiry = date.fromisoformat(f"20{yymmdd[:2]}-{yymmdd[2:4]}-{yymmdd[4:]}")
    except ValueError:
        raise Unparsable("option_chain_id has no expiry") from None
    return expiry, Decimal(strike) / 1000


def read(raw: Raw, seen: Seen) -> Sequence[OptionsFlow]:
    """One row a trade."""
    expiry, strike = contract(str(parse.required(raw, "option_chain_id")))
    executed_at = parse.some_instant(raw, "executed_at")
    return (
        OptionsFlow(
            symbol=seen.symbol,
            strike=strike,
            expiry=expiry,
            flow_type="recent",
            premium=parse.some_number(raw, "premium"),
            contract_size=parse.some_number(raw, "size"),
            iv_rank=seen.iv_rank,
            collected_at=seen.fetched_at,
            record_id=parse.text(parse.required(raw, "id"), "id") or "",
            session_date=new_york_date(executed_at),
            executed_at=executed_at,
            detail=parse.rest(raw, TAKEN),
        ),
    )


SOURCE = Source(
    name="flow_recent",
    path="/api/stock/{symbol}/flow-recent",
    table=("trading", "options_flow"),
    row=OptionsFlow,
    identity=("flow_type", "symbol", "session_date", "record_id"),
    parse=read,
    page=Snapshot(keeps=50),
    priority=35,
    required=frozenset(
        (*TAKEN, "option_chain_id", "underlying_symbol", "price", "nbbo_bid", "nbbo_ask", "tags")
    ),
    dated=False,
)
