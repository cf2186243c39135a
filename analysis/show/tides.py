"""Net premium of the market, of its sectors and of what an ETF holds."""

from __future__ import annotations

import pandas as pd

from analysis.draw.bars import Bar, signed
from analysis.draw.lines import Line, Manner, lines
from analysis.draw.markup import Markup, joined
from analysis.report.material import Material
from analysis.report.parts import Parts
from analysis.show.page import figure
from collector import sources
from collector.core.clock import NEW_YORK

CALLS_PUTS = (("calls", "calls"), ("puts", "puts"))
SECTORS = sources.by_name("sector_tide").symbols(())


def market(material: Material, parts: Parts) -> Markup:
    """Of all symbols together."""
    drawn = calls_puts("Net options premium of the whole market through the day", "tide-line", parts.tide)
    said = "The whole market's net premium, running totals as the vendor sends them."
    why = material.why_not("tide", "market_tide")
    return figure("The market's tide", drawn, CALLS_PUTS, said if drawn else why)


def holdings(material: Material, parts: Parts) -> Markup:
    """Of what an ETF holds; nothing where there is none, as most symbols are no ETF."""
    symbol = material.symbol
    drawn = calls_puts(f"Net options premium of what {symbol} holds", "holdings-line", parts.holdings)
    said = f"Net premium of the companies that {symbol} holds, not of its own options; running totals."
    return figure(f"The tide of what {symbol} holds", drawn, CALLS_PUTS, said) if drawn else joined([])


def sectors(material: Material, parts: Parts) -> Markup:
    """How each sector stands, the most bullish at the top."""
    rows = parts.sectors
    bars = [Bar(row.symbol, float(row.tide), str(row.tide)) for row in rows.itertuples()]
    drawn = signed("Net options premium of each sector, calls less puts", "sectors", bars)
    if drawn is None:
        return figure("The sectors' tides", None, (), material.why_not("sectors", "sector_tide"))
    return figure("The sectors' tides", drawn, (), f"Calls less puts, {until(rows)}{lacking(rows)}")


def until(rows: pd.DataFrame) -> str:
    """To which minute they are, in words."""
    first, last = (f"{at.astimezone(NEW_YORK):%H:%M}" for at in (rows["at"].min(), rows["at"].max()))
    return f"summed up to {last}." if first == last else f"summed up to {first} (the oldest) and {last}."


def lacking(rows: pd.DataFrame) -> str:
    """Which sectors have nothing."""
    names = [name for name in SECTORS if name not in set(rows["symbol"])]
    return f" Not collected: {', '.join(names)}." if names else ""


def calls_puts(name: str, id_: str, rows: pd.DataFrame) -> Markup | None:
    """Two lines in time."""
    made = [
        Line(
            class_,
            [(at.to_pydatetime(), float(value)) for at, value in zip(rows["at"], rows[column], strict=True)],
        )
        for class_, column in (("calls", "net_call"), ("puts", "net_put"))
        if len(rows)
    ]
    return lines(name, id_, made, Manner(zero=True))
