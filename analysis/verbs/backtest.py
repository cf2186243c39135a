"""analysis backtest: what a rule would have earned with what was known then, and how little that proves."""

from __future__ import annotations

import argparse
from datetime import timedelta

import numpy as np
import pandas as pd

from analysis import signals
from analysis.backtest.many import Many, of_many
from analysis.backtest.of_rule import SEED
from analysis.backtest.verdict import Verdict, judge
from analysis.load import postgresql, trials
from analysis.show import backtest as show
from analysis.show.tables import as_json, as_text
from analysis.signals.rule import Rule
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import JSON, NOTHING_COLLECTED, SYMBOL, TRIALS, day

RULES = {rule.name: rule for rule in signals.ALL}


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Ask, run, count the trials, judge, show."""
    rule, span = RULES[arguments.rule], {"first_date": arguments.since, "last_date": arguments.until}
    with postgresql.connect(arguments.dsn) as connection:
        facts = postgresql.ask(
            connection, "analysis_facts", arguments.archive, symbol=arguments.symbol, **span
        )
        prices = postgresql.ask(
            connection, "analysis_opens", arguments.archive, symbol=arguments.symbol, **span
        )
    found = of_many(signals.ALL, facts, prices, arguments.limit)
    own = facts[facts["fact"].isin(rule.facts)]
    verdict = _judged(rule, arguments, found)
    if verdict is None:
        one = found.results[rule.name]
        say(
            f"{rule.name} on {arguments.symbol}: nothing to judge. {len(prices)} sessions with prices; the rule knew "
            f"enough at {one.spoken} of them, and its position changed {one.result.trades} times. {_too_late(own)}"
        )
        return NOTHING_COLLECTED
    if arguments.json:
        say(as_json(show.answer(rule, found, verdict)))
    else:
        head = f"{rule.name}, version {rule.version}, on {arguments.symbol}"
        notes = [
            verdict.words(),
            *(f"{how}: {words}" for how, words in show.elsewhere(found)),
            _too_late(own),
        ]
        say(as_text(head, show.lines(rule, found), notes))
    return 0


def _judged(rule: Rule, arguments: argparse.Namespace, found: Many) -> Verdict | None:
    """The verdict; all rules that traded were looked at and are counted first. None when this one never traded."""
    one = found.results[rule.name]
    if one.ratio is None:
        return None
    data = f"{arguments.symbol} {arguments.since} {arguments.until}"
    tried = trials.record(arguments.trials, *found.trials(signals.ALL, arguments.limit, data))
    among = (len(found.traded), found.p(rule.name))
    return judge(one.net, tried, np.random.default_rng(SEED), among)


def _too_late(facts: pd.DataFrame) -> str:
    """How many facts no decision of the next days could know."""
    waits = [at.date() - day for at, day in zip(facts["known_at"], facts["session_date"], strict=True)]
    late = sum(wait > timedelta(days=4) for wait in waits)
    return (
        f"{late:,} of {len(facts):,} facts were collected more than four days after their session: as known then, they "
        "were not there."
    )


def part(text: str) -> float:
    """A part of the equity, above 0 and at most 1."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a part of the equity, such as 0.5")
    return value


VERB = Verb(
    name="backtest",
    help="what a rule would have earned with what was known then, and what that proves",
    call=call,
    arguments=(
        (
            ("rule",),
            {"choices": sorted(RULES), "metavar": "RULE", "help": f"one of {', '.join(sorted(RULES))}"},
        ),
        SYMBOL,
        (
            day("--since", "first New York day")[0],
            {**day("--since", "first New York day")[1], "required": True},
        ),
        (
            day("--until", "last New York day")[0],
            {**day("--until", "last New York day")[1], "required": True},
        ),
        (
            ("--limit",),
            {
                "type": part,
                "default": 1.0,
                "metavar": "PART",
                "help": "largest position (default: 1, all of the equity)",
            },
        ),
        TRIALS,
        JSON,
    ),
)
