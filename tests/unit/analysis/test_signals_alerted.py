"""The signals that alerts name, and how often the shipped ones turn on noise."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from analysis import signals
from collector.alerts import rules

SESSIONS = 1500


def test_the_alerts_know_each_signal_that_is_computed():
    assert list(rules.SIGNALS) == sorted(rule.name for rule in signals.ALL)


def noise(lasting):
    """Facts without any news: heavy tails, and `lasting` of yesterday in each day."""
    draw = np.random.default_rng(7)
    steps = draw.standard_t(4, size=SESSIONS)
    signed = pd.Series(steps).ewm(alpha=1 - lasting, adjust=False).mean() / (1 - lasting)
    facts = {"dark_premium": 100.0, "dark_signed_premium": 18 * signed}
    return pd.DataFrame({**facts, "close": 600 + np.cumsum(draw.normal(0, 5, SESSIONS))})


@pytest.mark.parametrize("lasting", [0.0, 0.5])
def test_the_shipped_signals_turn_on_noise_less_than_once_in_fourteen_sessions(lasting):
    shipped = rules.shipped()["signal_turn"]["signals"]
    facts = noise(lasting)
    turns = 0
    for rule in (one for one in signals.ALL if one.name in shipped):
        assert set(rule.facts) <= set(facts)
        ends = range(rule.lookback, SESSIONS)
        said = [rule.value(facts.iloc[end - rule.lookback : end]) for end in ends]
        turns += sum(now not in {0, before} for before, now in pairwise(said))
    assert 0 < turns < SESSIONS / 14
