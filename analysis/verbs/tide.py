"""analysis tide: where the market's, the sectors' and the ETFs' options premium went."""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from typing import Any

import pandas as pd
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from analysis.flow.series import by_step, tide, turns
from analysis.load import postgresql
from analysis.load.session import MARKET, SECTORS, symbols
from analysis.show.tables import as_json, as_text, money
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import DATE, JSON, NOTHING_COLLECTED
from collector.core.clock import NEW_YORK

STEP = timedelta(minutes=30)
NOTE = (
    "Premium at the ask less at the bid, summed up from the opening; tide is calls less puts. Of a sector or an ETF it "
    "is that of the companies in it, not of the ETF's own options. Side of the trade, not intention."
)


def of(text: str) -> str:
    """MARKET, a sector as the vendor writes it, or a ticker in capitals."""
    known = {name.casefold(): name for name in (MARKET, *SECTORS)}
    return known.get(text.casefold(), text.upper())


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Ask, compute, show."""
    asked = arguments.of or MARKET
    with postgresql.connect(arguments.dsn) as connection:
        day = arguments.date or postgresql.answer(connection, "analysis_newest_tide", symbol=asked).iloc[0, 0]
        answer = _through if arguments.of else _all
        found = answer(connection, arguments, day) if day else None
    if found is None:
        say(f"no tide of {asked} was collected for {day or 'any day'}")
        return NOTHING_COLLECTED
    made, text = found
    say(as_json({"session_date": day, **made, "note": NOTE}) if arguments.json else text)
    return 0


Found = tuple[dict[str, Any], str] | None


def _through(connection: Connection, arguments: argparse.Namespace, day: date) -> Found:
    """One of them, half hour by half hour."""
    rows = tide(
        postgresql.ask(connection, "analysis_tide", arguments.archive, symbol=arguments.of, session_date=day)
    )
    if rows.empty:
        return None
    steps, changed = by_step(rows, STEP), turns(rows)
    head = f"{arguments.of} {day}: tide ${money(rows['tide'].iloc[-1])}, changed sides {changed} times"
    made = {"of": arguments.of, "turns": changed, "through": steps.to_dict("records")}
    lines = [[_clock(row.at), *_sums(row)] for row in steps.itertuples()]
    return made, as_text(head, [["until", "calls $", "puts $", "tide $"], *lines], [NOTE])


def _all(connection: Connection, arguments: argparse.Namespace, day: date) -> Found:
    """The market, the sectors and the ETFs that are collected, as they stand at their last minute."""
    names = [MARKET, *SECTORS, *symbols(connection)]
    rows = postgresql.ask(connection, "analysis_tides", arguments.archive, symbols=names, session_date=day)
    if rows.empty:
        return None
    rows = _ordered(rows.assign(tide=rows["net_call"] - rows["net_put"]))
    lacking = [name for name in (MARKET, *SECTORS) if name not in set(rows["symbol"])]
    made = {"tides": rows.to_dict("records"), "not_collected": lacking}
    lines = [[row.symbol, _clock(row.at), *_sums(row)] for row in rows.itertuples()]
    notes = [f"NOT COLLECTED: {', '.join(lacking)}."] if lacking else []
    head = f"{day}: net options premium of the market, its sectors and what ETFs hold"
    return made, as_text(head, [["of", "until", "calls $", "puts $", "tide $"], *lines], [*notes, NOTE])


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """The market, then sectors, then ETFs, each the strongest first."""
    rank = [0 if name == MARKET else 1 if name in SECTORS else 2 for name in rows["symbol"]]
    ordered = rows.assign(rank=rank).sort_values(
        ["rank", "tide", "symbol"], ascending=[True, False, True], kind="stable"
    )
    return ordered.drop(columns="rank").reset_index(drop=True)


def _clock(at: pd.Timestamp) -> str:
    return f"{at.astimezone(NEW_YORK):%H:%M}"


def _sums(row: Any) -> list[str]:  # noqa: ANN401 - a named tuple that pandas makes
    return [money(row.net_call), money(row.net_put), money(row.tide)]


VERB = Verb(
    name="tide",
    help="net options premium of the market, its sectors and what ETFs hold",
    call=call,
    arguments=(
        (
            ("--of",),
            {
                "type": of,
                "metavar": "NAME",
                "help": "one of them through the day: MARKET, a sector such as Technology, or an ETF's ticker",
            },
        ),
        DATE,
        JSON,
    ),
)
