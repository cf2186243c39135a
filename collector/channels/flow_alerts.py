"""Flow alerts as they are raised, of all symbols; their ids are those of REST."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from collector.core import parse
from collector.core.channel import Channel
from collector.core.clock import new_york_date
from collector.core.source import OptionsFlow, Raw, Seen
from collector.sources import flow_recent

TAKEN = ("id", "total_premium", "total_size")


def read(raw: Raw, seen: Seen) -> Sequence[OptionsFlow]:
    """One row an alert; it belongs to the session of its last trade."""
    expiry, strike = flow_recent.contract(str(parse.required(raw, "option_chain")))
    executed_at = parse.epoch_ms(raw, "end_time")
    return (
        OptionsFlow(
            symbol=seen.symbol,
            strike=strike,
            expiry=expiry,
            flow_type="alert",
            premium=parse.some_number(raw, "total_premium"),
            contract_size=parse.some_number(raw, "total_size"),
            iv_rank=seen.iv_rank,
            collected_at=seen.fetched_at,
            record_id=parse.text(parse.required(raw, "id"), "id") or "",
            session_date=new_york_date(executed_at),
            executed_at=executed_at,
            detail=parse.rest(raw, TAKEN),
        ),
    )


CHANNEL = Channel(
    name="flow-alerts",
    symbol_key="ticker",
    source=replace(
        flow_recent.SOURCE,
        name="stream_flow_alerts",
        parse=read,
        required=frozenset((*TAKEN, "ticker", "option_chain", "rule_name", "start_time", "end_time")),
    ),
)
