"""Rules as data: what is computed, from what, over how long, and how it is known to fail."""

from analysis.signals import bullish_flow, dark_accumulation, iv_rank_relief, put_buying

ALL = (bullish_flow.RULE, put_buying.RULE, dark_accumulation.RULE, iv_rank_relief.RULE)

__all__ = ["ALL"]
