"""FINRA's weekly OTC volume, as files in a folder: answers of its API (JSON or delimited) and downloads of its site."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from analysis.darkpool.audit import Published
from collector.core.errors import Terminal

SYMBOL, SHARES, WEEK, KIND, UPDATED = (
    "issueSymbolIdentifier",
    "totalWeeklyShareQuantity",
    "weekStartDate",
    "summaryTypeCode",
    "lastUpdateDate",
)
# The side of a kind, and whether it splits the same volume by firm.
KINDS = {
    "ATS_W_SMBL": ("ats", False),
    "ATS_W_SMBL_FIRM": ("ats", True),
    "OTC_W_SMBL": ("otc", False),
    "OTC_W_SMBL_FIRM": ("otc", True),
}
NOT_BY_SYMBOL = {"ATS_W_FIRM", "OTC_W_FIRM", "ATS_W_VOL_STATS", "OTC_W_VOL_STATS"}
ENDINGS = {".csv", ".txt", ".psv", ".json"}
NAMED = "put both into its name, such as ats-2026-11-16.csv or non-ats-2026-11-16.csv (the week's Monday)"
_WEEK_IN_NAME = re.compile(r"\d{4}-\d{2}-\d{2}")
_OTC_IN_NAME = re.compile(r"non[-_ ]?ats|otc", re.IGNORECASE)
Place = tuple[str, date, str]


@dataclass(frozen=True)
class _Said:
    """What one file says of a symbol, week and side."""

    file: str
    updated: str
    shares: Decimal


def published(folder: Path) -> list[Published]:
    """All symbols and weeks of all files. Of a volume that was published again the newer one counts.

    Raises:
        Terminal: there is no file, or one that cannot be read whole: what is wrong, where, and what to do.
    """
    paths = sorted(one for one in folder.glob("*") if one.suffix.lower() in ENDINGS)
    if not paths:
        raise Terminal(f"{folder} has no file of FINRA's weekly OTC volume ({', '.join(sorted(ENDINGS))})")
    newest: dict[Place, _Said] = {}
    for path in paths:
        for place, said in _file(path).items():
            newest[place] = _newer(place, newest.get(place), said)
    sides: dict[tuple[str, date], dict[str, Decimal]] = {}
    for (symbol, week, side), said in newest.items():
        sides.setdefault((symbol, week), {})[side] = said.shares
    return [Published(symbol, week, **found) for (symbol, week), found in sorted(sides.items())]


def _newer(place: Place, before: _Said | None, said: _Said) -> _Said:
    if before is None or said.updated > before.updated:
        return said
    if said.updated == before.updated and said.shares != before.shares:
        raise Terminal(
            f"{before.file} and {said.file} differ on {place[0]}, week of {place[1]}, of the same {UPDATED}: are they "
            f"pages of one answer by firm? Ask for ATS_W_SMBL and OTC_W_SMBL, or remove one"
        )
    return before


def _file(path: Path) -> dict[Place, _Said]:
    whole: dict[Place, Decimal] = {}
    by_firm: dict[Place, Decimal] = {}
    updated: dict[Place, str] = {}
    for where, row in _rows(path):
        kind = str(row.get(KIND) or _kind_in_name(path))
        if kind in NOT_BY_SYMBOL:
            continue
        if kind not in KINDS:
            raise Terminal(f"{where}: {KIND} {kind!r} is none of {', '.join(KINDS)}: ask for weeklySummary")
        side, firm = KINDS[kind]
        place = (str(row[SYMBOL]).strip(), _week(where, row.get(WEEK) or _week_in_name(path)), side)
        if not firm and place in whole:
            raise Terminal(f"{where}: {place[0]}, week of {place[1]}, is there twice")
        (by_firm if firm else whole)[place] = (by_firm.get(place, Decimal(0)) if firm else 0) + _shares(
            where, row
        )
        updated[place] = max(updated.get(place, ""), str(row.get(UPDATED) or ""))
    for place in whole.keys() & by_firm.keys():
        if whole[place] != by_firm[place]:
            raise Terminal(
                f"{path.name}: the firms of {place[0]}, week of {place[1]}, add up to {by_firm[place]:,} shares and "
                f"its total says {whole[place]:,}: lines are missing; download it again"
            )
    return {place: _Said(path.name, updated[place], shares) for place, shares in (by_firm | whole).items()}


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each row with its place, for messages; it has a symbol and shares."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as reason:
        raise Terminal(f"{path.name} is no text file that can be read: {reason}") from reason
    found = _json(path, text) if path.suffix.lower() == ".json" else _delimited(path, text)
    for where, row in found:
        if not row.get(SYMBOL) and row.get(KIND) not in NOT_BY_SYMBOL:
            raise Terminal(f"{where} has no {SYMBOL}: is it FINRA's weekly OTC volume?")
        yield where, row


def _json(path: Path, text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        rows = json.loads(text, parse_float=Decimal)
    except ValueError as reason:
        raise Terminal(f"{path.name} is cut off or no JSON: {reason}") from reason
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Terminal(f"{path.name} is no list of rows, as FINRA's API answers, but: {text[:60]!r}")
    for number, row in enumerate(rows, 1):
        yield f"{path.name}, row {number}", row


def _delimited(path: Path, text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    head = text.partition("\n")[0]
    rows = csv.DictReader(text.splitlines(), delimiter="|" if "|" in head else ",")
    lacking = [name for name in (SYMBOL, SHARES) if name not in (rows.fieldnames or ())]
    if lacking:
        raise Terminal(f"{path.name} has no column {' and '.join(lacking)}; its first line is {head[:60]!r}")
    for row in rows:
        where = f"{path.name}, line {rows.line_num}"
        if None in row or None in row.values():
            raise Terminal(f"{where} has not as many cells as the first line: download it again")
        yield where, row


def _shares(where: str, row: Mapping[str, Any]) -> Decimal:
    try:
        shares = Decimal(str(row.get(SHARES)))
    except InvalidOperation:
        shares = Decimal(-1)
    if not (shares.is_finite() and shares >= 0):
        raise Terminal(f"{where}: {SHARES} {row.get(SHARES)!r} is no number of shares")
    return shares


def _week(where: str, text: object) -> date:
    try:
        week = date.fromisoformat(str(text))
    except ValueError as reason:
        raise Terminal(f"{where}: {WEEK} {text!r} is no date") from reason
    if week.weekday():
        raise Terminal(f"{where}: {WEEK} {week} is no Monday")
    return week


def _week_in_name(path: Path) -> str:
    """The site's download has the day of its last update, and not its week."""
    found = _WEEK_IN_NAME.search(path.name)
    if found is None:
        raise Terminal(f"{path.name} does not say its week ({WEEK}) and whether it is ATS volume: {NAMED}")
    return found[0]


def _kind_in_name(path: Path) -> str:
    if _OTC_IN_NAME.search(path.name):
        return "OTC_W_SMBL_FIRM"
    if "ats" in path.name.lower():
        return "ATS_W_SMBL_FIRM"
    raise Terminal(f"{path.name} does not say whether it is ATS volume ({KIND}) and its week: {NAMED}")
