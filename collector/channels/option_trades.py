"""Option trades of a symbol as they happen; their ids are those of REST's flow-recent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from collector.core import parse
from collector.core.channel import Channel
from collector.core.source import OptionsFlow, Raw, Seen
from collector.sources import flow_recent


def read(raw: Raw, seen: Seen) -> Sequence[OptionsFlow]:
    """The trade under the names of REST."""
    as_rest = {key: value for key, value in raw.items() if key != "option_symbol"}
    as_rest |= {
        "option_chain_id": parse.required(raw, "option_symbol"),
        "executed_at": parse.epoch_ms(raw, "executed_at").isoformat(),
    }
    return flow_recent.read(as_rest, seen)


CHANNEL = Channel(
    name="option_trades",
    symbol_key="underlying_symbol",
    per_symbol=True,
    source=replace(
        flow_recent.SOURCE,
        name="stream_option_trades",
        parse=read,
        required=frozenset(
            (
                *flow_recent.TAKEN,
                "underlying_symbol",
                "option_symbol",
                "price",
                "nbbo_bid",
                "nbbo_ask",
                "tags",
            )
        ),
    ),
)
