"""Each rule is whole, fires where its definition says, and is in the document as it is."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from analysis import signals
from analysis.signals import bullish_flow, dark_accumulation, iv_rank_relief, put_buying
from analysis.signals.document import markdown

ROOT = Path(__file__).resolve().parents[3]


def known(**facts: list[float]) -> pd.DataFrame:
    many = len(next(iter(facts.values())))
    return pd.DataFrame(facts, index=[date(2026, 1, 1) + timedelta(days=day) for day in range(many)])


def test_the_document_is_the_rules():
    assert (ROOT / "docs/signals.md").read_text() == markdown(signals.ALL)


@pytest.mark.parametrize("rule", signals.ALL, ids=lambda rule: rule.name)
def test_each_rule_is_whole_and_says_nothing_when_it_knows_too_little(rule):
    assert rule.definition
    assert rule.prior
    assert rule.failure_modes
    assert rule.version >= 1
    assert rule.value(pd.DataFrame()) is None
    short = known(**{fact: [1.0] * (rule.lookback - 1) for fact in rule.facts})
    assert rule.value(short) is None
    holed = known(**{fact: [float("nan")] + [1.0] * (rule.lookback - 1) for fact in rule.facts})
    assert rule.value(holed) is None


def test_names_with_versions_are_unique():
    assert len({(rule.name, rule.version) for rule in signals.ALL}) == len(signals.ALL)


@pytest.mark.parametrize(("newest", "signal"), [(0.5, 1), (-0.5, -1), (0.0, 0)])
def test_an_unusual_share_has_a_direction(newest, signal):
    before = [0.01 * (-1) ** at * at for at in range(1, 20)]
    assert bullish_flow.RULE.value(known(bullish_share=[*before, newest])) == signal


def test_a_share_that_never_moves_has_no_direction():
    assert bullish_flow.RULE.value(known(bullish_share=[0.1] * 20)) == 0


@pytest.mark.parametrize(("newest", "signal"), [(2.1, 1), (1.9, 0), (-5.0, 0)])
def test_unusual_put_buying_is_taken_the_other_way_round(newest, signal):
    before = [1.0, -1.0] * 29 + [0.0]
    assert put_buying.RULE.value(known(net_put_premium=[*before, newest])) == signal


@pytest.mark.parametrize(
    ("signed", "last_close", "signal"), [(20, 99, 1), (20, 101, 0), (-20, 101, -1), (-20, 99, 0), (19, 99, 0)]
)
def test_dark_prints_against_the_price_are_accumulation_or_distribution(signed, last_close, signal):
    table = known(
        dark_premium=[9999.0] + [100.0] * 5,
        dark_signed_premium=[9999.0] + [float(signed)] * 5,
        close=[100.0] * 5 + [float(last_close)],
    )
    assert dark_accumulation.RULE.value(table) == signal


@pytest.mark.parametrize(("first", "last", "signal"), [(50, 40, 1), (50, 41, 0), (49, 10, 0)])
def test_a_high_rank_that_fell_is_relief(first, last, signal):
    assert iv_rank_relief.RULE.value(known(iv_rank=[first, 60, 60, 60, 60, last])) == signal
