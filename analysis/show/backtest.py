"""A backtest in words, lines and values."""

from __future__ import annotations

from typing import Any

from analysis.backtest.chosen import FOLDS, TEST, TRAIN, Chosen
from analysis.backtest.many import Many
from analysis.backtest.verdict import Verdict
from analysis.signals.rule import Rule


def elsewhere(found: Many) -> list[tuple[str, str]]:
    """What choosing a rule earned on sessions that it was not chosen by."""
    ways = (
        (f"Walk forward ({TRAIN} sessions to choose a rule by, {TEST} to hold it)", found.forward),
        (f"{FOLDS} purged and embargoed folds (chosen by the others)", found.folded),
    )
    return [(how, "too few sessions." if one is None else one.words()) for how, one in ways]


def answer(rule: Rule, found: Many, verdict: Verdict) -> dict[str, Any]:
    """The same as values."""
    return {
        "rule": rule.name,
        "version": rule.version,
        **vars(verdict),
        "evidence": verdict.evidence,
        "verdict": verdict.words(),
        "reality_check": found.best and found.best.reality_check,
        "spa": found.best and found.best.spa,
        "each": {name: found.p(name) for name in found.traded},
        **{name: _chosen(one) for name, one in (("walk_forward", found.forward), ("folds", found.folded))},
    }


def _chosen(one: Chosen | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "sessions": len(one.net),
        "mean": one.mean,
        "low": one.low,
        "high": one.high,
        "evidence": one.evidence,
        "choices": one.choices,
    }


def lines(rule: Rule, found: Many) -> list[list[str]]:
    """What the rule did, and how it stands among all."""
    one, best = found.results[rule.name], found.best
    path = one.result.path
    rows = [
        ["what", "value"],
        ["sessions", f"{len(path):,}"],
        ["of them the rule knew enough at", f"{one.spoken:,}"],
        ["changes of position", f"{one.result.trades:,}"],
        ["before costs", f"{path['gross'].sum():+.2%}"],
        ["costs", f"{path['cost'].sum():.2%}"],
        ["after costs", f"{path['net'].sum():+.2%}"],
    ]
    if best is not None:
        rows += [
            ["rules that traded", f"{len(found.traded):,}"],
            ["best of them", found.traded[best.best]],
            ["  White's reality check, p", f"{best.reality_check:.3f}"],
            ["  Hansen's SPA, p", f"{best.spa:.3f}"],
        ]
    return rows
