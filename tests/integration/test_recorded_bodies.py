"""What the vendor really sent, where a copy lies beside this checkout, through the real parsers into PostgreSQL."""

import json
import os
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from batches import table
from embedded import ROOT

from collector.core import errors
from collector.core.source import Seen, Source
from collector.jobs import answer
from collector.sources import registered
from collector.store.pages import Batch, store
from collector.wire.answers import value_of

VENDOR = Path(os.environ.get("DARKPOOL_VENDOR_API_DIR") or ROOT.parent / "shared" / "api")
SAMPLES = sorted(VENDOR.glob("samples/*.json"))
BODIES = [one for one in SAMPLES if one.stem != "error_bodies"]
# Whoever has no recordings has nothing to read: then nothing here is a test.
__test__ = bool(BODIES)

MEANS = {
    "403_historic": errors.HistoryLimit,
    "403_advanced": errors.NotInPlan,
    "404_unknown_ticker": errors.UnknownSymbol,
    "404_route": errors.Terminal,
    "422_missing_access_full_tape": errors.NotInPlan,
    "422_premium": errors.NotInPlan,
    "422_enterprise": errors.NotInPlan,
    "422_invalid_path": errors.Terminal,
    "429_concurrency": errors.InFlight,
    "429_daily": errors.DailyLimit,
    "500_text_plain": errors.Unreachable,
}


def source_of(recorded: dict, name: str) -> Source:
    """Found by the path that was asked; a recording without one goes by its name."""
    path = recorded.get("endpoint", "")
    (found,) = (
        one
        for one in registered()
        if re.fullmatch(one.path.replace("{symbol}", "[A-Z]+"), path)
        or (not path and name.startswith(one.name))
    )
    return found


def symbol_of(raw: dict, recorded: dict) -> str:
    return raw.get("ticker") or raw.get("underlying_symbol") or recorded["endpoint"].split("/")[3]


@pytest.mark.parametrize("sample", BODIES, ids=lambda one: one.stem)
def test_each_recorded_row_is_stored_without_a_reject_and_lacks_no_key(sample, connection, database):
    recorded = json.loads(sample.read_text(), parse_float=Decimal)
    source = source_of(recorded, sample.name)
    rows = answer.rows_of(recorded["body"], single=source.single)
    day = re.search(r"\d{4}-\d\d-\d\d", sample.name)
    session = date.fromisoformat(day[0] if day else rows[0]["executed_at"][:10])
    fetched_at = datetime(session.year, session.month, session.day, 23, tzinfo=UTC) + timedelta(hours=4)
    assert rows
    assert not answer.drift(source, rows)
    expected = 0
    for raw in rows:
        seen = Seen(symbol_of(raw, recorded), session, fetched_at)
        parsed, rejects = answer.read(source, [raw], seen)
        assert (len(parsed), rejects) == (1, [])
        counts = store(
            connection,
            Batch("r1", source, seen.symbol, session, fetched_at, parsed, rejects, served=1),
        )
        assert (counts.stored, counts.quarantined) == (len(parsed[0].rows), 0)
        expected += counts.stored
    assert database.one(f"select count(*) from {table(source)}") == expected >= len(rows)


@pytest.mark.parametrize("name", MEANS)
def test_each_recorded_refusal_means_what_it_says(name):
    body = json.loads((VENDOR / "samples" / "error_bodies.json").read_text())[name]
    sent = body if isinstance(body, str) else json.dumps(body)
    with pytest.raises(errors.CollectorError) as raised:
        value_of(int(name[:3]), {}, sent.encode())
    assert type(raised.value) is MEANS[name]
