"""The pictures of a report, with what their colours mean and what they do not show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from analysis.draw.bars import Bar, Pair, bars, pairs
from analysis.draw.lines import Level, Line, Manner, Mark, Over, by_day, lines
from analysis.draw.markup import Markup, tag
from analysis.draw.scale import dollars
from analysis.report.completeness import clock
from analysis.report.material import Material
from analysis.report.parts import Parts
from analysis.report.unusual import block_prints
from analysis.show import maps, tides
from analysis.show.page import figure
from collector.core.clock import new_york_instant

MOST_MARKS = 12
# A rank that was not collected for longer than a long weekend breaks the line.
DAYS_HOLE = timedelta(days=5)


def pictures(material: Material, parts: Parts) -> Markup:
    """All of them, in the order in which a trader asks."""
    return tag(
        "div",
        _price(material, parts),
        _profile(material, parts),
        _strikes(material, parts),
        maps.strikes(material, parts),
        maps.expiries(material, parts),
        _net(material, parts),
        tides.market(material, parts),
        tides.holdings(material, parts),
        tides.sectors(material, parts),
        _rank(material, parts),
        class_="pictures",
    )


def _price(material: Material, parts: Parts) -> Markup:
    rows = material.of("bars")
    points = [(row.ends_at.to_pydatetime(), float(row.close)) for row in rows.itertuples()]
    profile, levels = parts.levels.profile, []
    if profile:
        low, high = profile.value_area
        levels = [Level("band", float(low), float(high))]
        levels += [
            Level("node", float(price)) for price in profile.nodes if price != profile.point_of_control
        ]
        levels += [Level("peak", float(profile.point_of_control))]
    marks = _marks(material)
    drawn = lines(
        f"Price of {material.symbol} by minute with dark-pool levels",
        "price",
        [Line("price", points)],
        Manner(value=lambda value: f"{value:,.2f}"),
        Over(levels, marks),
    )
    keys = (
        ("", "close of each minute"),
        ("peak", "point of control"),
        ("band", "value area"),
        ("inside", "nodes"),
    )
    circles = "A circle is a block, as large as its premium among the day's. "
    said = f"{circles if marks else ''}A late print sits at its price, not its time."
    return figure(
        "Price and dark-pool levels", drawn, keys, said if drawn else material.why_not("bars", "ohlc_1m")
    )


def _marks(material: Material) -> Sequence[Mark]:
    try:
        found = block_prints(material).head(MOST_MARKS)
    except ValueError:
        return ()
    if found.empty:
        return ()
    premium = [float(price * size) for price, size in zip(found["price"], found["size"], strict=True)]
    return [
        Mark(
            at.to_pydatetime(),
            float(price),
            one / max(premium),
            f"{clock(at)}: {size:,} shares at {price:,}, {dollars(one)}",
        )
        for at, price, size, one in zip(
            found["executed_at"], found["price"], found["size"], premium, strict=True
        )
    ]


def _profile(material: Material, parts: Parts) -> Markup:
    profile = parts.levels.profile
    if profile is None:
        said = material.why_not("prints", "darkpool_trades")
        return figure("Dark-pool volume profile", None, (), said)
    low, high = profile.value_area

    def kind(price: Any) -> str:  # noqa: ANN401 - what pandas has in a cell
        return "peak" if price == profile.point_of_control else "inside" if low <= price <= high else "bar"

    drawn = bars(
        f"Dark-pool shares of {material.symbol} at each price level",
        "profile",
        [
            Bar(f"{row.price:,}", float(row.shares), str(row.shares), kind(row.price))
            for row in reversed(list(profile.levels.itertuples()))
        ],
    )
    keys = (("peak", "point of control"), ("inside", "value area"), ("bar", "other levels"))
    left_out = ", ".join(f"{row['prints']:,} {reason}" for reason, row in parts.levels.left_out.iterrows())
    said = (
        f"Shares at levels of ${profile.step}, of {parts.levels.prints:,} prints{'; left out: ' if left_out else ''}"
        f"{left_out}. Prints under the vendor's floor are not in it."
    )
    return figure("Dark-pool volume profile", drawn, keys, said)


def _strikes(material: Material, parts: Parts) -> Markup:
    close = parts.close
    rows = list(parts.strikes.itertuples())
    near = (
        min((row.strike for row in rows), key=lambda strike: abs(strike - close)) if rows and close else None
    )
    drawn = pairs(
        f"Options premium of {material.symbol} by strike, puts and calls",
        "strikes",
        ("puts", "calls"),
        [
            Pair(
                f"{float(row.strike):,g}",
                float(row.put_premium),
                float(row.call_premium),
                (str(row.put_premium), str(row.call_premium)),
                marked=row.strike == near,
            )
            for row in reversed(rows)
        ],
    )
    said = f"The {len(rows)} strikes with most premium, all expiries, whole day so far. Bold: nearest to the close."
    why = material.why_not("per_strike", "flow_per_strike")
    return figure("Premium by strike", drawn, (), said if drawn else why)


def _net(material: Material, parts: Parts) -> Markup:
    drawn = tides.calls_puts(
        f"Net options premium of {material.symbol} through the day", "net-premium", parts.net_premium
    )
    said = "At the ask less at the bid, summed up from the opening. Side of the trade, not intention."
    why = material.why_not("net_premium", "net_prem_ticks")
    return figure("Net premium through the day", drawn, tides.CALLS_PUTS, said if drawn else why)


def _rank(material: Material, parts: Parts) -> Markup:
    rows = parts.ranks
    points: list[tuple[datetime, float]] = [
        (new_york_instant(row.session_date), float(row.value)) for row in rows.itertuples()
    ]
    manner = Manner(value=lambda value: f"{value:.0f}", times=by_day, hole=DAYS_HOLE)
    drawn = (
        lines("IV rank of the last sessions", "rank", [Line("price", points)], manner)
        if len(points) > 1
        else None
    )
    said = "Of 100, the last 60 days as collected; a day that was not collected is a hole."
    if len(points) == 1:
        said = f"IV rank is {points[0][1]:.1f} of 100. Of 60 days it is the only one that was collected."
    return figure("IV rank", drawn, (), said if points else material.why_not("iv_rank", "iv_rank"))
