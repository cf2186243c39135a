"""Answers questions about what was collected: prints, options flow, signals, and what they prove."""

from analysis.verbs import (
    audit,
    backtest,
    blocks,
    clusters,
    dark_share,
    dashboard,
    export,
    flow,
    iv_rank,
    late,
    lead_lag,
    levels,
    nightly,
    positioning,
    report,
    signals,
    through,
    tide,
)

ALL = (
    levels.VERB,
    blocks.VERB,
    clusters.VERB,
    late.VERB,
    dark_share.VERB,
    flow.VERB,
    through.VERB,
    tide.VERB,
    iv_rank.VERB,
    lead_lag.VERB,
    positioning.VERB,
    signals.VERB,
    backtest.VERB,
    report.VERB,
    nightly.VERB,
    dashboard.VERB,
    export.VERB,
    audit.VERB,
)

__all__ = ["ALL"]
