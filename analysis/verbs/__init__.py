"""Answers questions about what was collected: prints, options flow, signals, and what they prove."""

from analysis.verbs import (
    audit,
    backtest,
    blocks,
    dark_share,
    dashboard,
    export,
    flow,
    lead_lag,
    levels,
    nightly,
    report,
    signals,
    through,
)

ALL = (
    levels.VERB,
    blocks.VERB,
    dark_share.VERB,
    flow.VERB,
    through.VERB,
    lead_lag.VERB,
    signals.VERB,
    backtest.VERB,
    report.VERB,
    nightly.VERB,
    dashboard.VERB,
    export.VERB,
    audit.VERB,
)

__all__ = ["ALL"]
