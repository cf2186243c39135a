"""Sale conditions and the other marks of a print."""

import random
from dataclasses import dataclass, field
from typing import Any

from simulator.model.oddities import Oddities

SALE_CONDITIONS = (
    (0.015, "average_price_trade"),
    (0.022, "prior_reference_price"),
)
CONTINGENT_SHARE = 0.0055
# Written wrongly, as the vendor once did; no contract knows it.
UNKNOWN_CONDITION = "prio_reference_price"
TRADE_CODES = (
    (0.003, "derivative_priced"),
    (0.008, "qualified_contingent_trade"),
    (0.011, "intermarket_sweep"),
)
SETTLEMENTS = (
    (0.04, None),
    (0.09, "regular_settlement"),
    (0.094, "cash"),
    (0.097, "next_day"),
    (0.098, "seller"),
)


@dataclass(frozen=True, slots=True)
class Marks:
    """Everything about a print that is neither time, price nor size."""

    sale_cond_codes: str | None
    trade_code: str | None
    trade_settlement: str | None
    ext_hour_sold_codes: str | None
    market_center: str
    trf_delay_s: int
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def away(self) -> bool:
        """Whether the price was agreed elsewhere and may be far from the market."""
        return self.sale_cond_codes is not None or self.trade_code in {
            "derivative_priced",
            "qualified_contingent_trade",
        }


def _pick(rng: random.Random, table: tuple[tuple[float, str | None], ...], other: str | None) -> str | None:
    drawn = rng.random()
    return next((value for limit, value in table if drawn < limit), other)


def draw(rng: random.Random, oddities: Oddities, *, extended: bool) -> Marks:
    """The marks of one print."""
    condition = _condition(rng, oddities.unknown_value_percent / 100)
    return Marks(
        sale_cond_codes=condition,
        trade_code=_pick(rng, TRADE_CODES, None),
        trade_settlement=_pick(rng, SETTLEMENTS, "regular"),
        ext_hour_sold_codes=_extended(rng) if extended else None,
        market_center="L" if rng.random() < 0.9 else rng.choice("DNQ"),
        trf_delay_s=_trf_delay(rng, condition),
        extra={"late_report_reason": "manual"} if rng.random() * 100 < oddities.extra_key_percent else {},
    )


def _condition(rng: random.Random, unknown_share: float) -> str | None:
    unknown = SALE_CONDITIONS[-1][0] + unknown_share
    more = ((unknown, UNKNOWN_CONDITION), (unknown + CONTINGENT_SHARE, "contingent_trade"))
    return _pick(rng, (*SALE_CONDITIONS, *more), None)


def _extended(rng: random.Random) -> str:
    drawn = rng.random()
    if drawn < 0.9:
        return "extended_hours_trade"
    return "sold_out_of_sequence" if drawn < 0.95 else "extended_hours_trade_late_or_out_of_sequence"


def _trf_delay(rng: random.Random, condition: str | None) -> int:
    if condition in {"average_price_trade", "prior_reference_price"}:
        return rng.randint(60, 7200)
    return 0 if rng.random() < 0.9 else rng.randint(1, 10)
