"""How odd the market is: shares in percent, all settable through POST /_faults."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Oddities:
    """What is peculiar about the prints of a day; the defaults are what was seen of the vendor."""

    premium_floor: bool = True
    fractional_sizes: bool = False
    twin_percent: float = 2.0
    no_tracking_percent: float = 0.05
    late_percent: float = 1.0
    cancel_percent: float = 0.4
    flip_percent: float = 0.0
    vanish_percent: float = 0.0
    unknown_value_percent: float = 0.05
    extra_key_percent: float = 0.4


USUAL = Oddities()
