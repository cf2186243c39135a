"""Many tests at once: adjusted p-values, in the order that they came in. Reject where one is at most the level."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def p_values(z: npt.ArrayLike) -> Floats:
    """Two-sided p-values of normal statistics."""
    return np.array([2 * NormalDist().cdf(-abs(one)) for one in np.asarray(z, dtype=np.float64)])


def bonferroni(p: npt.ArrayLike) -> Floats:
    """Any false alarm at all; safe under any dependence."""
    values = np.asarray(p, dtype=np.float64)
    return np.minimum(values * len(values), 1)


def holm(p: npt.ArrayLike) -> Floats:
    """The same promise as Bonferroni, never fewer findings."""
    values = np.asarray(p, dtype=np.float64)
    order, many = np.argsort(values, kind="stable"), len(values)
    climbing = np.maximum.accumulate(values[order] * (many - np.arange(many)))
    return _back(np.minimum(climbing, 1), order)


def benjamini_hochberg(p: npt.ArrayLike) -> Floats:
    """The share of false findings among the findings; for independent or positively dependent tests."""
    return _step_up(np.asarray(p, dtype=np.float64), 1.0)


def benjamini_yekutieli(p: npt.ArrayLike) -> Floats:
    """The share of false findings under any dependence."""
    values = np.asarray(p, dtype=np.float64)
    return _step_up(values, float((1 / np.arange(1, len(values) + 1)).sum()))


def sidak_z(tests: int, level: float = 0.05) -> float:
    """How large the largest of `tests` independent |z| must be for a false alarm in `level` of the cases."""
    return NormalDist().inv_cdf(1 - sidak(tests, level) / 2)


def sidak(tests: int, level: float = 0.05) -> float:
    """The level at which each single one must be tested."""
    return float(1 - (1 - level) ** (1 / tests))


def false_alarm(tests: int, level: float = 0.05) -> float:
    """How often at least one of independent tests is significant when nothing is there."""
    return float(1 - (1 - level) ** tests)


def _step_up(values: Floats, penalty: float) -> Floats:
    order, many = np.argsort(values, kind="stable"), len(values)
    scaled = values[order] * penalty * many / np.arange(1, many + 1)
    falling = np.minimum.accumulate(scaled[::-1])[::-1]
    return _back(np.minimum(falling, 1), order)


def _back(ordered: Floats, order: npt.NDArray[np.intp]) -> Floats:
    found = np.empty_like(ordered)
    found[order] = ordered
    return found
