"""How often unrelated series are called evidence of a lead, against two plainer ways to judge the best of the lags.

A session's 390 minutes and 21 lags, as the nightly correlations have them. Series of normal numbers, of Student's t
with three degrees, and of signed log-normal sizes as prints have them; each without memory and with some (AR(1)). The
rivals are the same lags of the values themselves, and a plain z of normal scores.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from analysis.statistics.correlation import with_interval
from analysis.statistics.lead_lag import SINGLE_Z, lead_lag

Floats = npt.NDArray[np.float64]
MINUTES, LAGS, RHO = 390, 10, 0.5
NOISE: dict[str, Callable[[np.random.Generator], Floats]] = {
    "normal": lambda rng: rng.standard_normal(MINUTES),
    "Student's t, 3 degrees": lambda rng: rng.standard_t(3, MINUTES),
    "signed log-normal": lambda rng: rng.choice([-1.0, 1.0], MINUTES) * rng.lognormal(0, 1.5, MINUTES),
}


def remembering(series: Floats, rho: float) -> Floats:
    """An AR(1) series of this noise."""
    for at in range(1, len(series)):
        series[at] += rho * series[at - 1]
    return series


def rates(noise: Callable[[np.random.Generator], Floats], rho: float, rounds: int) -> Floats:
    """Share of pairs that are called evidence; that the values themselves would be; that a plain z would call so."""
    rng = np.random.default_rng(20261128)
    called = []
    for _ in range(rounds):
        one, other = remembering(noise(rng), rho), remembering(noise(rng), rho)
        found = lead_lag(one, other, LAGS)
        plain = abs(found.found[found.best].z) > SINGLE_Z
        called.append((found.evidence, of_values(one, other) > found.needed, plain))
    return np.mean(called, axis=0)


def of_values(one: Floats, other: Floats) -> float:
    """The greatest |z| of the same lags without scores."""
    return max(
        abs(
            with_interval(
                one[max(0, -lag) : MINUTES - max(0, lag)], other[max(0, lag) : MINUTES + min(0, lag)]
            ).z
        )
        for lag in range(-LAGS, LAGS + 1)
    )


def main() -> int:
    """Draw and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=4000, help="pairs of series (default: %(default)s)")
    given = options.parse_args()
    print(f"{given.rounds} pairs each; standard error of 5 %: {(0.05 * 0.95 / given.rounds) ** 0.5:.1%}\n")
    print(
        "| unrelated series | memory | evidence | of the values | a plain z of 1.96 |\n|---|---|---|---|---|"
    )
    for name, noise in NOISE.items():
        for rho in (0.0, RHO):
            evidence, values, plain = rates(noise, rho, given.rounds)
            print(f"| {name} | {rho:g} | {evidence:.1%} | {values:.1%} | {plain:.0%} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
