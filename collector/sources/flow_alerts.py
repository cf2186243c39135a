"""Flow alerts of a symbol: trades of one contract that a rule of the vendor put together, paged to the end."""

from __future__ import annotations

from collections.abc import Sequence

from collector.core import parse
from collector.core.clock import new_york_date
from collector.core.source import BySecond, OptionsFlow, Raw, Seen, Source

TAKEN = ("id", "ticker", "total_premium", "total_size", "strike", "expiry", "created_at")


def read(raw: Raw, seen: Seen) -> Sequence[OptionsFlow]:
    """One row an alert; detail keeps its rule, sides, quotes and the first and last trade (epoch ms) as sent."""
    parse.of_symbol(raw, "ticker", seen.symbol)
    created_at = parse.some_instant(raw, "created_at")
    return (
        OptionsFlow(
            symbol=seen.symbol,
            strike=parse.number(raw.get("strike"), "strike"),
            expiry=None if raw.get("expiry") is None else parse.day(raw, "expiry"),
            flow_type="alert",
            premium=parse.number(raw.get("total_premium"), "total_premium"),
            contract_size=parse.number(raw.get("total_size"), "total_size"),
            iv_rank=seen.iv_rank,
            collected_at=seen.fetched_at,
            record_id=parse.text(parse.required(raw, "id"), "id") or "",
            session_date=new_york_date(created_at),
            executed_at=created_at,
            detail=parse.rest(raw, TAKEN),
        ),
    )


SOURCE = Source(
    name="flow_alerts",
    path="/api/option-trades/flow-alerts",
    table=("trading", "options_flow"),
    row=OptionsFlow,
    identity=("flow_type", "symbol", "session_date", "record_id"),
    parse=read,
    page=BySecond(
        limit=200,
        time_key="created_at",
        column="executed_at",
        day="session_date",
        inclusive=True,
        since="newer_than",
        # Not by premium: it may have cents, and its bounds are whole dollars.
        slices=(("total_size", "size"), ("volume", "volume"), ("open_interest", "open_interest")),
    ),
    priority=15,
    params={"ticker_symbol": "{symbol}"},
    required=frozenset(
        (
            *TAKEN,
            *(
                "alert_rule",
                "all_opening_trades",
                "expiry_count",
                "issue_type",
                "open_interest",
                "option_chain",
            ),
            *("has_floor", "has_multileg", "has_singleleg", "has_sweep", "price", "type", "underlying_price"),
            *("total_ask_side_prem", "total_bid_side_prem", "trade_count", "volume", "volume_oi_ratio"),
        )
    ),
    dated=False,
)
