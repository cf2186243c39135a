"""analysis audit: does what was captured agree with what FINRA published?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from analysis.darkpool.audit import BAD, JUDGED, TOLERANCE, Finding, compare
from analysis.load import finra, postgresql, session
from analysis.load.captured import captured
from analysis.show.tables import as_json, as_text
from analysis.verbs.verb import Say, Verb
from analysis.verbs.words import JSON, NOTHING_COLLECTED

NOTE = (
    "FINRA: ATS and non-ATS shares of the week. Dark: the vendor's volume at all prices. Prints: those that were "
    "served, which are the large ones, so their part is never whole."
)


def call(arguments: argparse.Namespace, say: Say) -> int:
    """Read, ask, compare, show."""
    published = finra.published(arguments.finra)
    with postgresql.connect(arguments.dsn) as connection:
        symbols = session.symbols(connection)
        findings = [
            compare(
                one, captured(connection, one.symbol, one.week, arguments.archive), arguments.tolerance / 100
            )
            for one in published
            if one.symbol in symbols
        ]
    lacking = sorted(set(symbols) - {one.published.symbol for one in findings})
    if not findings:
        say(f"{arguments.finra} has no line of {', '.join(symbols) or 'any collected symbol'}")
        return NOTHING_COLLECTED
    judged = [one for one in findings if one.outcome in JUDGED]
    bad = [one for one in judged if one.outcome in BAD]
    if arguments.json:
        say(
            as_json(
                {
                    "judged": len(judged),
                    "bad": len(bad),
                    "weeks": [*map(_answer, findings)],
                    "no_line_of": lacking,
                }
            )
        )
    else:
        head = (
            f"{len(judged)} of {len(findings)} weeks could be judged, {len(judged) - len(bad)} agree within "
            f"{arguments.tolerance.normalize():f} %:"
        )
        say(as_text(head, _lines(findings), [*_notes(findings), *_no_line(lacking), NOTE]))
    return NOTHING_COLLECTED if bad or not judged else 0


def _answer(one: Finding) -> dict[str, object]:
    return {
        "symbol": one.published.symbol,
        "week": one.published.week,
        "finra_ats": one.published.ats,
        "finra_non_ats": one.published.otc,
        "dark_volume": one.captured.dark,
        "prints_volume": one.captured.prints,
        "outcome": one.outcome.name.lower(),
        "why": one.said,
    }


def _lines(findings: Sequence[Finding]) -> list[list[str]]:
    return [["symbol", "week of", "FINRA shares", "dark", "prints", "outcome"]] + [
        [
            one.published.symbol,
            str(one.published.week),
            "-" if one.published.total is None else f"{one.published.total:,.0f}",
            _part(one.dark_part),
            _part(one.prints_part),
            one.outcome.value,
        ]
        for one in findings
    ]


def _part(value: Decimal | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _notes(findings: Sequence[Finding]) -> Iterator[str]:
    yield from (
        f"{one.published.symbol}, week of {one.published.week}: {one.said}." for one in findings if one.said
    )


def _no_line(symbols: Sequence[str]) -> Iterator[str]:
    if symbols:
        yield f"No line of {', '.join(symbols)} in the folder."


def percent(text: str) -> Decimal:
    """A tolerance, above 0 and below 100."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(0)
    if not (value.is_finite() and 0 < value < 100):  # noqa: PLR2004 - all of it
        raise argparse.ArgumentTypeError(f"{text!r} is not a percentage, such as 5")
    return value


VERB = Verb(
    name="audit",
    help="dark volume of whole weeks against the files that FINRA publishes",
    call=call,
    arguments=(
        (
            ("--finra",),
            {
                "type": Path,
                "required": True,
                "metavar": "FOLDER",
                "help": "where the files are: weekly OTC volume, ATS and non-ATS, by symbol or by firm",
            },
        ),
        (
            ("--tolerance",),
            {
                "type": percent,
                "default": TOLERANCE * 100,
                "metavar": "PERCENT",
                "help": "how far apart still agrees (default: 5)",
            },
        ),
        JSON,
    ),
)
