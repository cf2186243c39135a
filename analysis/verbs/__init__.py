"""Answers questions about what was collected: dark-pool price levels and volume profiles."""

from analysis.verbs import levels

ALL = (levels.VERB,)

__all__ = ["ALL"]
