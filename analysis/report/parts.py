"""The numbers of a report: each is None where what it is made of was not collected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pandas as pd

from analysis.darkpool.report import LevelsReport, levels_report, of_prices
from analysis.darkpool.share import DarkShare, dark_share
from analysis.flow.alerts import summary
from analysis.flow.premium import Imbalance, imbalance, ratio, strikes
from analysis.flow.series import rank_changes, tide
from analysis.flow.through import bullish_through, until_the_close
from analysis.report.material import Material
from analysis.report.unusual import Unusual, unusual
from collector.core.intervals import Interval

MOST_STRIKES = 20
MOST_IN_MAP, MAP_STEP = 12, timedelta(minutes=30)


@dataclass(frozen=True)
class Flow:
    """Options of the newest fetch of the session; `put_call` is of premium."""

    sums: Imbalance
    put_call: Decimal | None


@dataclass(frozen=True)
class Parts:
    """`net_premium` is what each minute added, summed up to it; `strikes` are those with most premium, ascending.

    `through` has, by strike and by expiry, the bullish premium that each half hour added.
    """

    levels: LevelsReport
    dark_premium: Decimal
    share: DarkShare | None
    close: Decimal | None
    flow: Flow | None
    strikes: pd.DataFrame
    net_premium: pd.DataFrame
    tide: pd.DataFrame
    holdings: pd.DataFrame
    sectors: pd.DataFrame
    through: Mapping[str, pd.DataFrame]
    kinds: pd.DataFrame | None
    ranks: pd.DataFrame
    unusual: Unusual


def parts(material: Material) -> Parts:
    """Compute all of it."""
    levels = _levels(material)
    profile = levels.profile
    return Parts(
        levels=levels,
        dark_premium=Decimal(profile.levels["premium"].sum()) if profile else Decimal(0),
        share=_share(material.of("volumes")),
        close=_close(material.of("bars")),
        flow=_flow(_newest(material.of("per_expiry"))),
        strikes=_strikes(_newest(material.of("per_strike"))),
        net_premium=_summed(material.of("net_premium")),
        tide=_tide(material.of("tide")),
        holdings=_tide(material.of("holdings")),
        sectors=_sectors(material.of("sectors")),
        through={key: _through(material, key) for key in ("strike", "expiry")},
        kinds=summary(material.of("alerts")) if len(material.of("alerts")) else None,
        ranks=_ranks(material.of("iv_rank"), material),
        unusual=unusual(material, profile.step if profile else None),
    )


def _levels(material: Material) -> LevelsReport:
    known = material.of("completeness")
    covered: list[Interval] = []
    for row in known[known["feed"] == "darkpool_trades"].itertuples() if len(known) else ():
        covered = list(zip(row.starts, row.ends, strict=True))
    prices = material.of("by_price")
    if len(prices):
        return of_prices(material.symbol, material.day, prices, covered)
    prints = material.of("prints")
    if prints.empty:
        prints = pd.DataFrame(
            columns=["price", "size", "sale_cond_codes", "trade_code", "canceled", "executed_at"]
        )
    return levels_report(material.symbol, material.day, prints, covered)


def _share(volumes: pd.DataFrame) -> DarkShare | None:
    try:
        return dark_share(volumes) if len(volumes) else None
    except ValueError:
        return None


def _close(bars: pd.DataFrame) -> Decimal | None:
    """Of the last minute of regular hours."""
    regular = bars[bars["market_time"] == "r"] if len(bars) else bars
    return None if regular.empty else Decimal(regular["close"].iloc[-1])


def _newest(rows: pd.DataFrame) -> pd.DataFrame:
    """A contract that left the vendor's answer keeps an older fetch: the newest whole one is used."""
    return rows[rows["collected_at"] == rows["collected_at"].max()] if len(rows) else rows


def _flow(rows: pd.DataFrame) -> Flow | None:
    if rows.empty:
        return None
    puts, calls = (
        sum((one for one in rows[f"{right}_premium"] if isinstance(one, Decimal)), Decimal(0))
        for right in ("put", "call")
    )
    return Flow(imbalance(rows), ratio(puts, calls))


def _strikes(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        return rows
    found = strikes(rows)
    found = found.assign(total=found["call_premium"] + found["put_premium"])
    most = found.sort_values(["total", "strike"], ascending=[False, True], kind="stable").head(MOST_STRIKES)
    return most.sort_values("strike").reset_index(drop=True)


def _summed(ticks: pd.DataFrame) -> pd.DataFrame:
    if ticks.empty:
        return ticks
    known = (
        ticks.dropna(subset=["net_call", "net_put"]).sort_values("at", kind="stable").reset_index(drop=True)
    )
    return known.assign(net_call=known["net_call"].cumsum(), net_put=known["net_put"].cumsum())


def _tide(metrics: pd.DataFrame) -> pd.DataFrame:
    return tide(metrics) if len(metrics) else metrics


def _sectors(lasts: pd.DataFrame) -> pd.DataFrame:
    """The strongest first."""
    if lasts.empty:
        return lasts
    made = lasts.assign(tide=lasts["net_call"] - lasts["net_put"])
    return made.sort_values(["tide", "symbol"], ascending=[False, True], kind="stable").reset_index(drop=True)


def _through(material: Material, key: str) -> pd.DataFrame:
    snapshots = material.of(f"through_{key}")
    if snapshots.empty:
        return pd.DataFrame()
    inside = until_the_close(snapshots, material.session.options_close_at, MAP_STEP)
    return bullish_through(inside, key, MOST_IN_MAP)


def _ranks(ranks: pd.DataFrame, material: Material) -> pd.DataFrame:
    """Up to the session; without the session's own there is no rank to show, however new the last one is."""
    if ranks.empty or ranks["session_date"].max() != material.day:
        return pd.DataFrame()
    return rank_changes(ranks)
