"""analysis signals: what each rule says now, of what had been collected."""

from __future__ import annotations

import argparse
from datetime import timedelta

from analysis import signals
from analysis.load import postgresql
from analysis.show.tables import as_json, as_text
from analysis.signals.document import markdown
from analysis.signals.known import as_known
from analysis.verbs import stored
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import DATE, JSON, NOTHING_COLLECTED, SYMBOL

WORDS = {1: "+1", 0: "0", -1: "-1", None: "too little known"}
DAYS = 130
NOTE = (
    "No advice: `analysis backtest` says how little each rule has shown. docs/signals.md says what they are."
)


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Ask, compute, show; or write the document."""
    if arguments.markdown:
        say(markdown(signals.ALL).removesuffix("\n"))
        return 0
    if arguments.symbol is None:
        say("name a symbol, such as SPY")
        return 2
    if arguments.stored:
        return stored.signals(arguments, say)
    with postgresql.connect(arguments.dsn) as connection:
        session = arguments.date or postgresql.newest_session(connection, arguments.symbol)
        if session is None:
            say(f"nothing of {arguments.symbol} was collected that a signal is made of")
            return NOTHING_COLLECTED
        asked = {
            "symbol": arguments.symbol,
            "first_date": session - timedelta(days=DAYS),
            "last_date": session,
        }
        facts = postgresql.ask(connection, "analysis_facts", arguments.archive, **asked)
    as_of = facts["known_at"].max() if len(facts) else None
    known = as_known(facts, as_of) if as_of is not None else facts
    said = [(rule, rule.value(known)) for rule in signals.ALL]
    if arguments.json:
        answer = [{"rule": rule.name, "version": rule.version, "signal": value} for rule, value in said]
        say(as_json({"symbol": arguments.symbol, "session_date": session, "as_of": as_of, "signals": answer}))
    else:
        rows = [["rule", "version", "signal", "for sessions"]]
        rows += [[rule.name, str(rule.version), WORDS[value], str(rule.horizon)] for rule, value in said]
        say(
            as_text(
                f"{arguments.symbol} {session}, of what was collected until {as_of or 'now'}", rows, [NOTE]
            )
        )
    return 0


VERB = Verb(
    name="signals",
    help="what each rule says of a symbol, with its version",
    call=call,
    arguments=(
        (SYMBOL[0], {**SYMBOL[1], "nargs": "?"}),
        DATE,
        JSON,
        stored.STORED,
        stored.SINCE,
        (("--markdown",), {"action": "store_true", "help": "write the document of all rules instead"}),
    ),
)
