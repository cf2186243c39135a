"""The dashboard's questions about days that are archived; the tests compare each with its file of sql/queries."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

from analysis.darkpool.prints import at_market
from analysis.flow.premium import SIDES, bullish
from analysis.load import archived, here
from analysis.load.asked import Asked

NET = ("net_prem_net_call_premium", "net_prem_net_put_premium")
RANK = "iv_rank"


def prints(asked: Asked) -> pd.DataFrame:
    """As dashboard_prints."""
    columns = ("price", "size", "sale_cond_codes", "trade_code", "canceled", "missing_since")
    found = asked.by_time("darkpool_trades", columns)
    used = at_market(found[found["missing_since"].isna()])
    used = used[used["size"] > 0].assign(prints=1)
    return used[["price", "size", "prints"]].groupby("price", as_index=False, sort=True).sum()


def flow(asked: Asked, flow_type: str) -> pd.DataFrame:
    """As dashboard_flow."""
    found = _newest(asked, flow_type, "strike", "expiry", "iv_rank")
    return archived.with_sums(found.sort_values(["strike", "expiry"], kind="stable", na_position="last"))[
        ["strike", "expiry", "collected_at", "iv_rank", *archived.SUMS]
    ]


def levels(asked: Asked) -> pd.DataFrame:
    """As dashboard_levels."""
    found = _levels(asked, "price").assign(sessions=1)
    return found.groupby("price", as_index=False, sort=True).sum()


def levels_by_day(asked: Asked) -> pd.DataFrame:
    """As dashboard_levels_by_day."""
    return _levels(asked, "session_date").groupby("session_date", as_index=False, sort=True).sum()


def strike(asked: Asked, strike: Decimal) -> pd.DataFrame:
    """As dashboard_strike."""
    found = archived.with_sums(_newest(asked, "per_strike", strike=(strike,)).sort_values("session_date"))
    bullish = [_bullish(row) for row in found.itertuples()]
    found["bullish"] = pd.Series(bullish, index=found.index, dtype=object)
    wanted = ("call_premium", "put_premium", "call_volume", "put_volume", "bullish")
    return found[["session_date", "collected_at", *wanted]]


def overview(asked: Asked) -> pd.DataFrame:
    """As dashboard_overview; what the database has itself are the rules' hits."""
    lines = here.answer(
        asked.connection, "dashboard_overview", symbols=list(asked.symbols), session_date=asked.last
    ).set_index("symbol")
    metrics = asked.by_time("market_metrics", ("symbol", "metric_type", "value"), metric_type=(*NET, RANK))
    bars = asked.by_time("bars", ("symbol", "market_time", "close"), candle=("1m",), market_time=("r",))
    volumes = asked.by_day("price_levels", ("symbol", "dark_volume", "lit_volume"), level_type=("darkpool",))
    alerts = asked.by_day("options_flow", ("symbol",), flow_type=("alert",))
    for name, found in (
        ("close", bars.groupby("symbol")["close"].last()),
        ("dark", volumes.groupby("symbol")["dark_volume"].sum()),
        ("lit", volumes.groupby("symbol")["lit_volume"].sum()),
        ("net_call", _summed(metrics, NET[0])),
        ("net_put", _summed(metrics, NET[1])),
        ("iv_rank", metrics[metrics["metric_type"] == RANK].groupby("symbol")["value"].last()),
    ):
        known: dict[Any, Any] = dict(found)
        lines[name] = pd.Series([known.get(one) for one in lines.index], index=lines.index, dtype=object)
    lines["alerts"] = [int((alerts["symbol"] == one).sum()) for one in lines.index]
    return lines.reset_index()


def _levels(asked: Asked, by: str) -> pd.DataFrame:
    return asked.by_day("price_levels", (by, "dark_volume", "lit_volume"), level_type=("darkpool",))


def _summed(metrics: pd.DataFrame, kind: str) -> pd.Series:
    """As SQL: what is not known is left out."""
    return metrics[metrics["metric_type"] == kind].dropna(subset="value").groupby("symbol")["value"].sum()


def _newest(asked: Asked, flow_type: str, *columns: str, **only: tuple[Any, ...]) -> pd.DataFrame:
    """Each session's newest fetch: when that was is asked first, as its other fetches are not needed."""
    last = asked.last_by_day("options_flow", ("session_date", "collected_at"), flow_type=(flow_type,))
    return asked.by_day(
        "options_flow",
        ("session_date", "collected_at", "detail", *columns),
        flow_type=(flow_type,),
        collected_at=tuple(last.values()),
        **only,
    )


def _bullish(row: Any) -> Decimal | None:  # noqa: ANN401 - a named tuple that pandas makes
    """As SQL: nothing if one of them is not known."""
    sums = [getattr(row, name) for name in SIDES]
    return None if None in sums else Decimal(bullish(*sums))
