"""The same questions about days that are archived: rows from wherever they are, put together as the queries would.

Each answer has the columns, types and order of the file of sql/queries with its name; the tests compare the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pandas as pd

from analysis.darkpool.prints import at_market
from analysis.load.asked import Asked
from collector.core.clock import new_york_date

MINUTE = timedelta(minutes=1)
PRINT = (
    *("executed_at", "trf_executed_at", "collection_time", "price", "size", "premium", "volume", "nbbo_bid"),
    *("nbbo_ask", "sale_cond_codes", "trade_code", "canceled"),
)
BAR = ("open", "high", "low", "close", "volume", "market_time", "collected_at")
SUMS = tuple(
    f"{right}_{what}"
    for right in ("call", "put")
    for what in ("premium", "premium_ask_side", "premium_bid_side", "volume", "otm_premium", "otm_volume")
)
# Each symbol has one of the three: the market, a sector, what an ETF holds.
TIDE = {
    right: tuple(f"{kind}_net_{right}_premium" for kind in ("market_tide", "sector_tide", "etf_tide"))
    for right in ("call", "put")
}
RANKS_BACK = timedelta(days=60)


def prints(asked: Asked) -> pd.DataFrame:
    """As analysis_prints."""
    found = asked.by_time("darkpool_trades", (*PRINT, "missing_since"))
    found = found[found["missing_since"].isna()].drop(columns="missing_since")
    found["session_date"] = [new_york_date(at) for at in found["executed_at"]]
    return found.sort_values(["executed_at", "volume"], kind="stable")


def print_sizes(asked: Asked) -> pd.DataFrame:
    """As analysis_print_sizes."""
    columns = ("size", "sale_cond_codes", "trade_code", "canceled", "missing_since")
    found = [week.by_time("darkpool_trades", columns) for week in asked.weeks()]
    sizes = [at_market(one[one["missing_since"].isna()])[["size"]] for one in found]
    return pd.concat(sizes, ignore_index=True)


def bars(asked: Asked) -> pd.DataFrame:
    """As analysis_bars."""
    found = asked.by_time("bars", ("session_date", "starts_at", "ends_at", *BAR), candle=("1m",))
    ends = [
        start + MINUTE if pd.isna(end) else end
        for start, end in zip(found["starts_at"], found["ends_at"], strict=True)
    ]
    return found.assign(ends_at=ends).sort_values("starts_at", kind="stable")


def opens(asked: Asked) -> pd.DataFrame:
    """As analysis_opens."""
    found = bars(asked)
    first = found[found["market_time"] == "r"].drop_duplicates("session_date")
    return first[["starts_at", "open"]].rename(columns={"starts_at": "at", "open": "price"})


def levels(asked: Asked) -> pd.DataFrame:
    """As analysis_levels."""
    columns = ("session_date", "level_type", "price", "dark_volume", "lit_volume", "collected_at")
    return asked.by_day("price_levels", columns, level_type=("darkpool",)).sort_values("price", kind="stable")


def net_premium(asked: Asked) -> pd.DataFrame:
    """As analysis_net_premium."""
    found = _metrics(asked, "net_prem_net_call_premium", "net_prem_net_put_premium", with_time=True)
    found["session_date"] = [new_york_date(at) for at in found["at"]]
    return found


def tide(asked: Asked) -> pd.DataFrame:
    """As analysis_tide."""
    return _of_tides(asked)[["at", "net_call", "net_put"]]


def tides(asked: Asked) -> pd.DataFrame:
    """As analysis_tides."""
    found = _of_tides(asked).dropna(subset=["net_call", "net_put"])
    return found.drop_duplicates("symbol", keep="last").sort_values("symbol", kind="stable")


def iv_rank(asked: Asked) -> pd.DataFrame:
    """As analysis_iv_rank."""
    back = replace(asked, first=asked.last - RANKS_BACK)
    found = back.by_time("market_metrics", ("timestamp", "value", "collected_at"), metric_type=("iv_rank",))
    found.insert(0, "session_date", [new_york_date(at) for at in found["timestamp"]])
    return found.sort_values("timestamp", kind="stable").drop(columns="timestamp")


def flow(asked: Asked, flow_type: str) -> pd.DataFrame:
    """As analysis_flow."""
    columns = ("strike", "expiry", "collected_at", "iv_rank", "detail")
    found = asked.by_day("options_flow", columns, flow_type=(flow_type,))
    newest = found.sort_values("collected_at", kind="stable").drop_duplicates(
        ["strike", "expiry"], keep="last"
    )
    newest = newest.sort_values(["strike", "expiry"], kind="stable", na_position="last")
    return with_sums(newest)


def flow_through(asked: Asked, flow_type: str) -> pd.DataFrame:
    """As analysis_flow_through."""
    times = set(asked.by_day("options_flow", ("collected_at",), flow_type=(flow_type,))["collected_at"])
    last: dict[Any, Any] = {}
    for at in sorted(times):
        last[at.floor("30min")] = at
    columns = ("strike", "expiry", "collected_at", "detail")
    kept = tuple(at.to_pydatetime() for at in last.values())
    found = with_sums(asked.by_day("options_flow", columns, flow_type=(flow_type,), collected_at=kept))
    wanted = [name for name in SUMS if "otm" not in name and "volume" not in name]
    ordered = found.sort_values(["collected_at", "strike", "expiry"], kind="stable", na_position="last")
    return ordered[["strike", "expiry", "collected_at", *wanted]]


def with_sums(found: pd.DataFrame) -> pd.DataFrame:
    """The vendor's sums instead of its words."""
    for name in SUMS:
        found[name] = [_number(detail, name) for detail in found["detail"]]
    return found.drop(columns="detail")


def flow_alerts(asked: Asked) -> pd.DataFrame:
    """As analysis_flow_alerts."""
    columns = ("executed_at", "strike", "expiry", "premium", "contract_size", "collected_at", "detail")
    found = asked.by_day("options_flow", columns, flow_type=("alert",)).sort_values(
        "executed_at", kind="stable"
    )
    for name, key in (("ask_premium", "total_ask_side_prem"), ("bid_premium", "total_bid_side_prem")):
        found[name] = [_number(detail, key) or Decimal(0) for detail in found["detail"]]
    found["is_call"] = [
        detail.get("type") == "call" if "type" in detail else None for detail in found["detail"]
    ]
    for name, key in (("sweep", "has_sweep"), ("opening", "all_opening_trades")):
        found[name] = [bool(detail.get(key)) for detail in found["detail"]]
    return found.drop(columns="detail")


def _metrics(asked: Asked, call: str, put: str, *, with_time: bool = False) -> pd.DataFrame:
    columns = ("timestamp", "metric_type", "value", "collected_at")
    found = asked.by_time("market_metrics", columns, metric_type=(call, put))
    values: dict[Any, dict[str, Any]] = {}
    known: dict[Any, Any] = {}
    for at, kind, value, collected in found[list(columns)].itertuples(index=False, name=None):
        values.setdefault(at, {})[kind] = value
        known[at] = max(collected, known.get(at, collected))
    lines = [(at, one.get(call), one.get(put), known[at]) for at, one in sorted(values.items())]
    made = pd.DataFrame.from_records(lines, columns=["at", "net_call", "net_put", "collected_at"])
    return made if with_time else made.drop(columns="collected_at")


def _of_tides(asked: Asked) -> pd.DataFrame:
    """Of each minute and symbol, in the order of time."""
    columns = ("symbol", "timestamp", "metric_type", "value")
    found = asked.by_time("market_metrics", columns, metric_type=(*TIDE["call"], *TIDE["put"]))
    values: dict[tuple[Any, str], dict[str, Any]] = {}
    for symbol, at, kind, value in found[list(columns)].itertuples(index=False, name=None):
        values.setdefault((at, symbol), {})["call" if kind in TIDE["call"] else "put"] = value
    lines = [(symbol, at, one.get("call"), one.get("put")) for (at, symbol), one in sorted(values.items())]
    return pd.DataFrame.from_records(lines, columns=["symbol", "at", "net_call", "net_put"])


def _number(detail: Mapping[str, Any], name: str) -> Decimal | None:
    value = detail.get(name)
    return None if value is None else Decimal(str(value))
