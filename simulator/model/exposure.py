"""Greek exposure of the dealers: each day's sums, and what they are worth at each minute's price."""

from datetime import date
from typing import Any

from simulator.clock.calendar import Session
from simulator.model import minutes, prices, restated, seeds
from simulator.model.text import utc_milli

# Shares, or dollars, per greek: the sizes of an index fund.
GREEKS = {"delta": 2.0e8, "gamma": 9.0e6, "charm": 1.0e8, "vanna": 1.5e11}
DAY_S = 390 * 60
SPOT_GREEKS = ("gamma", "charm", "vanna")


def day(seed: int, symbol: str, of: date) -> dict[str, float]:
    """Call and put exposure by name, from that morning's open contracts."""
    rng = seeds.generator(seed, "greeks", symbol, of)
    found = {}
    for right, sign in (("call", 1), ("put", -1)):
        for greek, size in GREEKS.items():
            found[f"{right}_{greek}"] = sign * size * (0.7 + 0.6 * rng.random())
    return found


def row(seed: int, symbol: str, of: date) -> dict[str, Any]:
    """One row of /greek-exposure."""
    told = {name: f"{value:.4f}" for name, value in day(seed, symbol, of).items()}
    return {"date": of.isoformat(), **told}


def spot(seed: int, symbol: str, session: Session, now_s: float) -> list[dict[str, Any]]:
    """One row a minute, oldest first: dollars to hedge per one percent of the price."""
    sums = day(seed, symbol, session.date)
    nets = {greek: sums[f"call_{greek}"] + sums[f"put_{greek}"] for greek in SPOT_GREEKS}
    path = {start: prices.price_at(seed, symbol, session, start) for start in minutes.starts(session, now_s)}
    opened_s = int(session.opens_at.timestamp())
    return [
        {
            "price": f"{price:.2f}",
            "time": utc_milli(start * 1000),
            **_worth(nets, price, restated.part(seed, f"spot {symbol}", start, now_s), start + 60 - opened_s),
        }
        for start, price in path.items()
    ]


def _worth(nets: dict[str, float], price: float, settled: float, elapsed_s: int) -> dict[str, str]:
    """By open contracts, by the volume so far, and by the volume with its direction."""
    found = {}
    for greek, net in nets.items():
        by_oi = net * price * price / 100
        by_volume = by_oi * settled * elapsed_s / DAY_S
        found[f"{greek}_per_one_percent_move_oi"] = f"{by_oi:.2f}"
        found[f"{greek}_per_one_percent_move_vol"] = f"{by_volume:.2f}"
        found[f"{greek}_per_one_percent_move_dir"] = f"{by_volume * -0.1:.2f}"
    return found
