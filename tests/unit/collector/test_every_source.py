"""What every feed must have, also those that do not exist yet."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from collector.core.clock import new_york_date
from collector.core.source import BySecond, Seen, Source
from collector.jobs import answer
from collector.jobs.paging import walk
from collector.sources import registered

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
SEEN = Seen("SPY", date(2026, 11, 20), datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc))
JUNK = [
    None,
    [],
    7,
    "row",
    {},
    {"ticker": "SPY"},
    {"executed_at": "2026-11-20T15:00:00Z"},
    {"date": "2026-11-20"},
]


def fixture(source: Source) -> list:
    text = (FIXTURES / f"{source.name}.json").read_text()
    return answer.rows_of(json.loads(text, parse_float=Decimal), single=source.single)


@pytest.fixture(params=registered(), ids=lambda source: source.name)
def source(request) -> Source:
    return request.param


def test_a_source_lies_in_the_file_of_its_name():
    files = {path.stem for path in (Path(answer.__file__).parents[1] / "sources").glob("[a-z]*.py")}
    assert files == {source.name for source in registered()}
    assert {path.stem for path in FIXTURES.glob("*.json")} >= files


def test_identity_restated_and_time_are_columns(source):
    columns = set(source.columns)
    assert source.identity
    assert columns.issuperset({*source.identity, *source.restates, *source.unless_changed, source.seen})
    assert not set(source.identity) & set(source.restates)
    assert set(source.unless_changed) <= set(source.restates)


def test_its_fixture_has_every_key_that_the_contract_promises(source):
    assert source.required
    assert not answer.drift(source, fixture(source))
    lacking = [
        {key: value for key, value in raw.items() if key != min(source.required)} for raw in fixture(source)
    ]
    assert answer.drift(source, lacking) == {min(source.required): len(lacking)}


def test_its_fixture_is_read_without_a_reject(source):
    parsed, rejects = answer.read(source, fixture(source), SEEN)
    assert not rejects
    assert len(parsed) == len(fixture(source)) >= (1 if source.single else 2)
    for one in parsed:
        assert one.rows
        for row in one.rows:
            assert all(getattr(row, name) is not None for name in source.identity)


def test_no_value_of_its_fixture_is_lost(source):
    parsed, _ = answer.read(source, fixture(source), SEEN)
    for raw, one in zip(fixture(source), parsed, strict=True):
        kept = [str(value) for row in one.rows for value in row]
        for key, value in raw.items():
            assert any(is_kept(value, text, key) for text in kept), (key, value)


def test_a_session_that_is_fetched_later_keeps_its_rows_to_itself(source):
    if "session_date" in source.identity:
        asked = Seen("SPY", date(2026, 11, 18), SEEN.fetched_at)
        parsed, _ = answer.read(source, fixture(source), asked)
        for row in (row for one in parsed for row in one.rows):
            # A trade says itself which session it belongs to.
            executed_at = getattr(row, "executed_at", None)
            own = new_york_date(executed_at) if executed_at else asked.session_date
            assert row.session_date == own


def is_kept(value, text, key) -> bool:
    """In a column of its own, or under its key in the JSON of the rest."""
    if text.startswith("{"):
        rest = json.loads(text)
        return key in rest and rest[key] == value
    return value is None or same(value, text)


def same(value, text) -> bool:
    for read in (str, float, lambda v: datetime.fromisoformat(str(v).replace("Z", "+00:00"))):
        try:
            if read(value) == read(text):
                return True
        except (ValueError, TypeError):  # noqa: PERF203 - three ways to read one value
            continue
    return False


@pytest.mark.parametrize("junk", JUNK, ids=str)
def test_junk_is_quarantined_and_the_rest_of_the_page_is_read(source, junk):
    rows = [*fixture(source), junk]
    parsed, rejects = answer.read(source, rows, SEEN)
    assert len(parsed) == len(rows) - 1
    ((reason, raw),) = ((reject.reason, reject.raw) for reject in rejects)
    assert reason
    assert json.loads(raw) == junk


def test_each_key_of_the_wrong_kind_costs_its_row_only(source):
    for raw in fixture(source):
        for key in raw:
            parsed, rejects = answer.read(source, [{**raw, key: {"not": "this"}}, raw], SEEN)
            assert len(parsed) + len(rejects) == 2, key
            assert parsed, key


@pytest.mark.parametrize("junk", JUNK, ids=str)
def test_junk_does_not_stop_the_walk_through_a_full_page(source, junk):
    if isinstance(source.page, BySecond):
        rows = [*fixture(source), junk]
        rule = replace(source.page, limit=len(rows))
        hole = (SEEN.fetched_at - timedelta(hours=10), SEEN.fetched_at)
        pages = walk(
            rule, hole, lambda params: rows if int(params["older_than"]) > hole[1].timestamp() - 1 else []
        )
        assert sum(len(page.rows) for page in pages) == len(rows)


@pytest.mark.parametrize("body", [None, {}, {"data": None}, {"data": {}}, "text", 7], ids=str)
def test_an_answer_that_holds_no_rows_is_an_error_not_an_empty_day(body):
    with pytest.raises(answer.BadPayload):
        answer.rows_of(body)


def test_the_iv_rank_is_known_before_any_flow_that_carries_it_is_asked_for():
    order = [source.name for source in registered()]
    flows = [source.name for source in registered() if "iv_rank" in source.columns]
    assert flows
    assert all(order.index("iv_rank") < order.index(name) for name in flows)
