"""Train and test without a leak between them. Places are 0 to n - 1 in the order of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Split:
    """Places to learn from and places to be judged by."""

    train: tuple[int, ...]
    test: tuple[int, ...]


def walk_forward(many: int, train: int, test: int, horizon: int = 1) -> Iterator[Split]:
    """Learn on `train` places, be judged by the next `test`, go on by `test`.

    The last horizon - 1 places before a test are not learnt from: their outcome lies in the test.
    """
    for begin in range(train, many - test + 1, test):
        yield Split(tuple(range(begin - train, begin - horizon + 1)), tuple(range(begin, begin + test)))


def purged(ends: Sequence[int], folds: int, embargo: int = 0) -> Iterator[Split]:
    """Each fold is a test once; Lopez de Prado 2018, chapter 7.

    `ends[i]` is the last place that the outcome of i depends on. Purged: no outcome that is learnt from overlaps one
    of the test. Embargoed: nor do the `embargo` places after the last outcome of the test.
    """
    many = len(ends)
    borders = [many * fold // folds for fold in range(folds + 1)]
    for begin, stop in pairwise(borders):
        if begin == stop:
            continue
        last = max(ends[begin:stop])
        train = (at for at in range(many) if ends[at] < begin or at > last + embargo)
        yield Split(tuple(train), tuple(range(begin, stop)))
