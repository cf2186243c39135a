"""The payload of each channel: the rows of REST under the names and kinds of the stream."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator.model import seeds
from simulator.model.options import SIDES, Trade

OFF_LIT = "off_lit_trades"
TRADES = "option_trades"
ALERTS = "flow-alerts"
FUNDS = frozenset({"SPY", "QQQ", "IWM", "DIA", "GLD"})
SECTORS = ("Technology", "Healthcare", "Energy", "Industrials", "Utilities")
EXCHANGES = ("XCBO", "MPRL", "XPHL", "XISX", "EMLD")
CODES = ("slan", "auto", "slan,isoi")
# What REST names otherwise, or what only REST has.
RENAMED = {"ticker": "symbol"}
REST_ONLY = frozenset({"tracking_id"})
# Parts of an alert: the same in both, and text in REST but a number here.
AS_REST = (
    *("id", "ticker", "option_chain", "rule_id", "start_time", "end_time", "bid", "ask"),
    *("volume", "total_size", "open_interest", "trade_count", "expiry_count"),
    *("has_floor", "has_sweep", "has_multileg", "has_singleleg", "all_opening_trades"),
)
PREMIUMS = ("total_premium", "total_ask_side_prem", "total_bid_side_prem")
NUMBERS = ("price", "underlying_price", "volume_oi_ratio", *PREMIUMS)


@dataclass(frozen=True, slots=True)
class Tally:
    """What was traded of one contract so far in the session."""

    volume: int = 0
    ask: int = 0
    bid: int = 0
    mid: int = 0

    def plus(self, trade: Trade) -> "Tally":
        """The tally with one more trade."""
        side = {trade.side: getattr(self, trade.side) + trade.size}
        return replace(self, volume=self.volume + trade.size, **side)


def print_id(row: dict[str, Any]) -> str:
    """What a print's frame is known by: all of its identity that the stream carries, and whether it counts."""
    names = ("ticker", "executed_at", "price", "size", "volume")
    return "|".join([*(str(row[name]) for name in names), "canceled" if row["canceled"] else "good"])


def off_lit(row: dict[str, Any], ms: int) -> dict[str, Any]:
    """A dark-pool print; the stream tells the execution time in milliseconds, REST in whole seconds."""
    kept = {RENAMED.get(name, name): value for name, value in row.items() if name not in REST_ONLY}
    if kept["trf_executed_at"]:
        kept["trf_executed_at"] = f"{kept['trf_executed_at'][:-1]}.{ms % 1000:03d}Z"
    return {**kept, "type": "off_lit", **company(row["ticker"])}


def company(symbol: str) -> dict[str, Any]:
    """What stands beside each trade of a symbol; the same with every seed."""
    rng = seeds.generator(0, "company", symbol)
    facts = {
        "avg30_volume": f"{rng.randint(1, 90) * 1_000_000}.0",
        "marketcap": f"{rng.randint(5, 900)}000000000.0",
    }
    if symbol in FUNDS:
        return {**facts, "sector": None, "next_earnings_date": None, "issue_type": "ETF"}
    sector = rng.choice(SECTORS)
    return {**facts, "sector": sector, "next_earnings_date": "2027-01-28", "issue_type": "Common Stock"}


def option_trade(trade: Trade, tally: Tally, spot: float) -> dict[str, Any]:
    """An option trade under the id that flow-recent serves it with."""
    row, rng = trade.row(), seeds.generator(0, "greeks", trade.id)
    delta = (0.3 if trade.is_otm else 0.6) * (1 if trade.is_call else -1)
    return {
        "id": trade.id,
        "underlying_symbol": trade.symbol,
        "executed_at": trade.us // 1000,
        "created_at": trade.us // 1000 + rng.randint(20, 120),
        **{name: row[name] for name in ("nbbo_bid", "nbbo_ask", "size", "price", "premium", "tags")},
        "ewma_nbbo_bid": row["nbbo_bid"],
        "ewma_nbbo_ask": row["nbbo_ask"],
        "option_symbol": trade.chain,
        "report_flags": [],
        "expiry": trade.expiry.isoformat(),
        "option_type": "call" if trade.is_call else "put",
        "open_interest": open_interest(trade.chain),
        "strike": f"{trade.strike}.0000000000",
        "volume": tally.volume,
        "underlying_price": f"{spot:.4f}",
        "implied_volatility": f"{rng.uniform(0.1, 0.6):.14f}",
        "delta": f"{delta:.16f}",
        "theta": f"{-rng.uniform(0.01, 0.5):.16f}",
        "gamma": f"{rng.uniform(0.001, 0.05):.16f}",
        "vega": f"{rng.uniform(0.01, 0.9):.16f}",
        "rho": f"{rng.uniform(-0.1, 0.1):.16f}",
        "theo": row["price"],
        "trade_code": rng.choice(CODES),
        "exchange": rng.choice(EXCHANGES),
        "ask_vol": tally.ask,
        "bid_vol": tally.bid,
        "mid_vol": tally.mid,
        "no_side_vol": 0,
        "multi_vol": 0,
        "stock_multi_vol": 0,
    }


def open_interest(chain: str) -> int:
    """Contracts that were open at the last close."""
    return seeds.number(0, "open", chain) % 20_000


def flow_alert(row: dict[str, Any], of_chain: Sequence[Trade]) -> dict[str, Any]:
    """An alert as the stream sends it: numbers where REST has text, and the ids of its trades."""
    until = [trade for trade in of_chain if trade.us // 1000 <= row["end_time"]]
    return {
        **{name: row[name] for name in AS_REST},
        **{name: _number(row[name]) for name in NUMBERS},
        "rule_name": row["alert_rule"],
        "executed_at": row["end_time"],
        "trade_ids": [trade.id for trade in until if trade.us // 1000 >= row["start_time"]],
        **{f"{side}_vol": sum(trade.size for trade in until if trade.side == side) for side in SIDES},
        "no_side_vol": 0,
        "multi_vol": 0,
        "stock_multi_vol": 0,
        "upstream_condition_details": ["auto", "slan"],
        "exchanges": [EXCHANGES[0]],
        "url": "",
    }


def _number(text: str) -> int | float:
    """JSON's number for the vendor's text: whole where it is whole."""
    number = float(text)
    return int(number) if number.is_integer() else number
