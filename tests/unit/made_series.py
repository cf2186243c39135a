"""Series whose truth is known, many at once: rows are repetitions."""

from math import sqrt

import numpy as np
from scipy.signal import lfilter


def ar1(rng: np.random.Generator, rho: float, shape: tuple[int, int]) -> np.ndarray:
    """Stationary AR(1) series of variance 1 from the first value on."""
    noise = rng.standard_normal(shape) * sqrt(1 - rho**2)
    noise[:, 0] /= sqrt(1 - rho**2)
    return lfilter([1.0], [1.0, -rho], noise, axis=1)


def within(share: float, wanted: float, repetitions: int, errors: float = 3.5) -> bool:
    """Whether a counted share is the wanted one as far as so many repetitions can tell; printed digits are rounded."""
    return abs(share - wanted) <= errors * sqrt(wanted * (1 - wanted) / repetitions) + 0.0005
