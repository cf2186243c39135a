"""What signals are made of, of days that are archived: as the query analysis_facts says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from analysis.darkpool.against_market import sides
from analysis.darkpool.prints import at_market
from analysis.flow.premium import SIDES, bullish
from analysis.load.archived import bars, prints
from analysis.load.asked import Asked
from collector.core.clock import new_york_date

Line = tuple[str, date, Decimal, datetime]
COLUMNS = ("fact", "session_date", "value", "known_at")


def facts(asked: Asked) -> pd.DataFrame:
    """One number of a session, and when it was collected."""
    lines = [
        line for week in asked.weeks() for made in (_flow, _dark, _closes, _ranks) for line in made(week)
    ]
    found = pd.DataFrame.from_records(lines, columns=COLUMNS)
    return found.sort_values(["known_at", "fact"], kind="stable")


def _flow(asked: Asked) -> Iterator[Line]:
    columns = ("session_date", "collected_at", "detail")
    for day, rows in asked.by_day("options_flow", columns, flow_type=("per_expiry",)).groupby("session_date"):
        known_at = rows["collected_at"].max()
        newest = list(rows.loc[rows["collected_at"] == known_at, "detail"])
        call_ask, call_bid, put_ask, put_bid = (_sum(newest, name) for name in SIDES)
        if put_ask is None or put_bid is None:
            continue
        yield "net_put_premium", day, put_ask - put_bid, known_at
        if call_ask is None or call_bid is None:
            continue
        if total := call_ask + call_bid + put_ask + put_bid:
            yield "bullish_share", day, bullish(call_ask, call_bid, put_ask, put_bid) / total, known_at


def _sum(details: Sequence[Mapping[str, Any]], name: str) -> Decimal | None:
    """As SQL: of nothing it is nothing."""
    values = [Decimal(str(one[name])) for one in details if one.get(name) is not None]
    return sum(values, Decimal(0)) if values else None


def _dark(asked: Asked) -> Iterator[Line]:
    used = at_market(prints(asked))
    collected_on = pd.Series(
        [new_york_date(at) for at in used["collection_time"]], index=used.index, dtype=object
    )
    used = used[collected_on == used["session_date"]]
    for day, rows in used.groupby("session_date"):
        premium, known_at = rows["price"] * rows["size"], rows["collection_time"].max()
        yield "dark_premium", day, Decimal(premium.sum()), known_at
        yield "dark_signed_premium", day, Decimal((premium * sides(rows)).sum()), known_at


def _closes(asked: Asked) -> Iterator[Line]:
    found = bars(asked)
    last = found[found["market_time"] == "r"].drop_duplicates("session_date", keep="last")
    yield from zip(
        ["close"] * len(last), last["session_date"], last["close"], last["collected_at"], strict=True
    )


def _ranks(asked: Asked) -> Iterator[Line]:
    columns = ("timestamp", "value", "collected_at")
    for row in asked.by_time("market_metrics", columns, metric_type=("iv_rank",)).itertuples():
        if row.value is not None:
            yield "iv_rank", new_york_date(row.timestamp), row.value, row.collected_at
