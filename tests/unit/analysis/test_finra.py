"""FINRA's files: each layout gives the same volume, and a bad file says what is wrong, where, and what to do."""

import json
from datetime import date
from decimal import Decimal

import pytest

from analysis.darkpool.audit import Published
from analysis.load.finra import published
from collector.core.errors import Terminal

MONDAY = date(2026, 11, 16)
SPY = Published("SPY", MONDAY, Decimal(1500), Decimal(2400))
SITE = (
    "tierDescription|issueSymbolIdentifier|issueName|marketParticipantName|MPID|totalWeeklyShareQuantity|"
    "totalWeeklyTradeCount|lastUpdateDate"
)
ATS = [
    SITE,
    "NMS Tier 1|SPY|SPDR S&P 500|VENUE A|VENA|1000|10|2026-11-30",
    "NMS Tier 1|SPY|SPDR S&P 500|B|VENB|500|5|2026-11-30",
]
NON_ATS = [
    SITE,
    "NMS Tier 1|SPY|SPDR S&P 500|||2000|9|2026-11-30",
    "NMS Tier 1|SPY|SPDR S&P 500|||400|5|2026-11-30",
]


def row(kind: str, shares: object, updated: str = "2026-11-30", **more: object) -> dict[str, object]:
    return {
        "tierIdentifier": "T1",
        "summaryTypeCode": kind,
        "weekStartDate": "2026-11-16",
        "issueSymbolIdentifier": "SPY",
        "totalWeeklyShareQuantity": shares,
        "totalWeeklyTradeCount": 10,
        "lastUpdateDate": updated,
        **more,
    }


WHOLE = [row("ATS_W_SMBL", 1500), row("OTC_W_SMBL", 2400)]
BY_FIRM = [
    row("ATS_W_SMBL_FIRM", 1000, MPID="VENA"),
    row("ATS_W_SMBL_FIRM", 500),
    row("OTC_W_SMBL_FIRM", 2400),
]
OTHERS = [
    row("ATS_W_FIRM", 9, issueSymbolIdentifier=None),
    row("OTC_W_VOL_STATS", 9, issueSymbolIdentifier=""),
]


def as_bytes(content: bytes | list) -> bytes:
    if isinstance(content, bytes):
        return content
    lines = content and isinstance(content[0], str)
    return ("\n".join(content) + "\n" if lines else json.dumps(content)).encode()


@pytest.fixture
def read(tmp_path):
    """Writes files and reads the folder; a list of rows becomes JSON."""

    def go(**files):
        for name, content in files.items():
            (tmp_path / name.replace("__", ".").replace("_", "-")).write_bytes(as_bytes(content))
        return published(tmp_path)

    return go


def delimited(rows: list[dict[str, object]], mark: str) -> list[str]:
    return [mark.join(rows[0]), *(mark.join(str(value) for value in one.values()) for one in rows)]


def backwards(one: dict[str, object]) -> dict[str, object]:
    return {"issueSymbolIdentifier": one["issueSymbolIdentifier"], **one}


@pytest.mark.parametrize(
    "files",
    [
        {"api__json": WHOLE},
        {"api__json": [*BY_FIRM, *OTHERS]},
        {"api__json": [*WHOLE, *BY_FIRM]},
        {"texts__json": [row("ATS_W_SMBL", "1500"), row("OTC_W_SMBL", "2400.0")]},
        {"pipes__txt": delimited(WHOLE, "|")},
        {"commas__csv": delimited(WHOLE, ",")},
        {"one__json": WHOLE[:1], "other__psv": delimited(WHOLE[1:], "|")},
        {"ats_2026_11_16__csv": ATS, "non_ats_2026_11_16__csv": NON_ATS},
        {"T1_ATS_2026_11_16__csv": [line.replace("|", ",") for line in ATS], "otc_2026_11_16__csv": NON_ATS},
        {"marked__csv": ("\ufeff" + "\r\n".join(delimited([*map(backwards, WHOLE)], "|"))).encode()},
        {"first__json": [row("ATS_W_SMBL", 9, "2026-11-23"), WHOLE[1]], "second__json": WHOLE},
        {"first__json": WHOLE, "second__json": [row("ATS_W_SMBL", 9, "2026-11-23")]},
    ],
)
def test_each_layout_says_the_same(read, files):
    assert read(**files) == [SPY]


def test_symbols_and_weeks_stay_apart(read):
    more = [
        row("ATS_W_SMBL", 1, issueSymbolIdentifier="BRK.B"),
        row("OTC_W_SMBL", 2, weekStartDate="2026-11-23"),
    ]
    assert read(api__json=[*WHOLE, *more]) == [
        Published("BRK.B", MONDAY, ats=Decimal(1)),
        SPY,
        Published("SPY", date(2026, 11, 23), otc=Decimal(2)),
    ]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "has no file of FINRA's weekly OTC volume"),
        ({"readme__md": ["nothing"]}, "has no file of FINRA's weekly OTC volume"),
        ({"api__json": b'[{"issueSymbol'}, "api.json is cut off or no JSON"),
        (
            {"api__json": b'{"statusCode": 401, "message": "no"}'},
            "no list of rows, as FINRA's API answers, but: '{\"statusCode",
        ),
        ({"book__csv": b"PK\x03\x04\xff\xfe"}, "book.csv is no text file"),
        (
            {"page__csv": ["<!DOCTYPE html>"]},
            "has no column issueSymbolIdentifier and totalWeeklyShareQuantity",
        ),
        ({"cut__csv": [*delimited(WHOLE, "|"), "T1|ATS_W_SM"]}, "cut.csv, line 4 has not as many cells"),
        ({"wide__csv": [*ATS[:1], ATS[1] + "|9"]}, "wide.csv, line 2 has not as many cells"),
        (
            {"api__json": [row("ATS_W_SMBL", "1,500")]},
            "api.json, row 1: totalWeeklyShareQuantity '1,500' is no number",
        ),
        ({"api__json": [row("ATS_W_SMBL", "NaN")]}, "is no number of shares"),
        ({"api__json": [row("ATS_W_SMBL", -5)]}, "is no number of shares"),
        ({"api__json": [row("ATS_W_SMBL", None)]}, "is no number of shares"),
        ({"api__json": [row("OTC_M_SMBL", 5)]}, "'OTC_M_SMBL' is none of ATS_W_SMBL"),
        (
            {"api__json": [row("ATS_W_SMBL", 5, weekStartDate="2026-11-20")]},
            "weekStartDate 2026-11-20 is no Monday",
        ),
        ({"api__json": [row("ATS_W_SMBL", 5, weekStartDate="16.11.2026")]}, "is no date"),
        (
            {"api__json": [row("ATS_W_SMBL", 5, issueSymbolIdentifier="")]},
            "row 1 has no issueSymbolIdentifier",
        ),
        ({"api__json": [*WHOLE, *WHOLE[:1]]}, "row 3: SPY, week of 2026-11-16, is there twice"),
        ({"api__json": [*WHOLE, *BY_FIRM[1:]]}, "add up to 500 shares and its total says 1,500"),
        (
            {"finra__csv": ATS},
            "whether it is ATS volume (summaryTypeCode) and its week: put both into its name",
        ),
        ({"ats__csv": ATS}, "ats.csv does not say its week (weekStartDate)"),
        ({"ats_2026_11_20__csv": ATS}, "2026-11-20 is no Monday"),
        (
            {"one__json": BY_FIRM[:1], "two__json": BY_FIRM[1:2]},
            "one.json and two.json differ on SPY, week of 2026-11-16, of the same lastUpdateDate",
        ),
    ],
)
def test_a_bad_file_says_what_is_wrong_and_nothing_is_guessed(read, files, words):
    with pytest.raises(Terminal) as refused:
        read(**files)
    assert words in str(refused.value)
