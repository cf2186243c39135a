"""The checker catches signals that know the future, and every rule of ours passes it."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from made_panels import OPEN

from analysis import signals
from analysis.backtest.engine import signals_at
from analysis.backtest.look_ahead import leaks
from analysis.signals import stored
from analysis.signals.known import Walk, as_known

SESSIONS = 80
NAMES = sorted({fact for rule in signals.ALL for fact in rule.facts})
OPENINGS = [OPEN + timedelta(days=day, minutes=-5) for day in range(1, SESSIONS)]
CUTS = OPENINGS[10::7]


@pytest.fixture
def facts() -> pd.DataFrame:
    """All facts of all rules; each is collected in the evening, a tenth a week later, and a fifth is restated."""
    rng = np.random.default_rng(41)
    rows = []
    for day in range(SESSIONS):
        at = OPEN + timedelta(days=day)
        for name in NAMES:
            late = timedelta(hours=7, days=7 * int(rng.random() < 0.1))
            rows.append((name, at.date(), 50 + 20 * rng.standard_normal(), at + late))
            if rng.random() < 0.2:
                rows.append((name, at.date(), 50 + 20 * rng.standard_normal(), at + late + timedelta(days=2)))
    return pd.DataFrame(rows, columns=["fact", "session_date", "value", "known_at"])


@pytest.mark.slow
@pytest.mark.parametrize("rule", signals.ALL, ids=lambda rule: rule.name)
def test_no_rule_knows_the_future(rule, facts):
    def said(known: pd.DataFrame) -> pd.DataFrame:
        return signals_at(known, rule.value, OPENINGS, rule.lookback)

    assert said(facts)["value"].notna().sum() > 0
    assert leaks(said, facts, CUTS) == []


@pytest.mark.slow
@pytest.mark.parametrize("rule", signals.ALL, ids=lambda rule: rule.name)
def test_what_is_stored_of_a_session_knows_nothing_of_after_its_hour(rule, facts):
    days = sorted(set(facts["session_date"]))

    def said(known: pd.DataFrame) -> pd.DataFrame:
        rows = [(stored.as_of(day), stored.signals([rule], "SPY", day, known)[0].value) for day in days]
        return pd.DataFrame(rows, columns=["at", "value"])

    assert said(facts)["value"].notna().sum() > 0
    assert leaks(said, facts, [stored.as_of(day) for day in days[10::7]]) == []


def one_fact(facts: pd.DataFrame) -> pd.Series:
    last = (
        facts[facts["fact"] == NAMES[0]].sort_values("known_at").drop_duplicates("session_date", keep="last")
    )
    return last.set_index("session_date")["value"].sort_index()


def table(values: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "at": [pd.Timestamp(day, tz="UTC") + timedelta(hours=24) for day in values.index],
            "value": values.to_list(),
        }
    )


@pytest.mark.parametrize(
    "leaky",
    [
        lambda facts: table(one_fact(facts) > one_fact(facts).mean()),
        lambda facts: table(one_fact(facts).rolling(5, center=True).mean()),
        lambda facts: table(one_fact(facts).shift(-1)),
        lambda facts: table(one_fact(facts).rolling(3).mean()),
    ],
    ids=["mean of all days", "centred window", "tomorrow's value", "late facts taken for known"],
)
def test_a_signal_that_knows_the_future_is_caught(leaky, facts):
    found = leaks(leaky, facts, CUTS)
    assert found
    assert all(one.at <= one.cut for one in found)


def test_walking_through_time_knows_the_same_as_asking_for_each_instant(facts):
    walk = Walk(facts.sample(frac=1, random_state=1))
    for at in OPENINGS:
        since = (at - timedelta(days=20)).date()
        pd.testing.assert_frame_equal(
            walk.to(at, since), as_known(facts, at, since), check_names=False, check_index_type=False
        )
