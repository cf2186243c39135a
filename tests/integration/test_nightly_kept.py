"""What is handed over of a night is checked whole, and nobody changes what is stored of it."""

import json

import psycopg2
import pytest
from analysed import DAY
from nights import keep

SIGNALS = "select * from derived.signals order by 1, 2, 3, 4"
SIGNAL = {
    "kind": "signal", "rule": "r", "version": 1, "symbol": "SPY", "session_date": str(DAY), "value": 1,
    "as_of": "2026-11-20T22:00:00-05:00", "known_at": "2026-11-20T21:00:00-05:00",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"value": 2}, "signals_value_check"),
        ({"known_at": "2026-11-20T22:00:01-05:00"}, "signals_check"),
        ({"as_of": "2026-11-20T23:59:00-05:00"}, "signals_check"),
        ({"version": "1"}, "version is no whole number"),
        ({"as_of": "2026-11-20T22:00:00"}, "as_of has no offset from UTC"),
        ({"symbol": ""}, "symbol is empty"),
        ({"more": 1}, "its fields are not those of a signal"),
        ({"kind": "x"}, "'x' is no kind of line"),
    ],
)
def test_one_line_that_is_wrong_leaves_nothing(database, collector, changed, why):
    good, bad = json.dumps(SIGNAL), json.dumps({**SIGNAL, "rule": "s", **changed})

    done = keep(collector, f"{good}\n{bad}\n")

    assert done.returncode == 1
    assert why in done.stderr
    assert done.stderr.count("\n") == 1
    assert database.ask(SIGNALS) == []


@pytest.mark.parametrize("table", ["derived.signals", "derived.correlations"])
@pytest.mark.parametrize(
    "statement", ["update {} set value = 0", "delete from {}", "truncate {}", "drop table {}"]
)
def test_the_collector_changes_nothing_that_was_computed(untouched, table, statement):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        untouched.ask(statement.format(table), user="collector")


@pytest.mark.parametrize(
    "statement",
    [
        """insert into derived.signals (rule, version, symbol, session_date, as_of, computed_at)
           values ('r', 1, 'SPY', '2026-11-20', now(), now())""",
        """insert into derived.correlations (pair, version, symbol, session_date, as_of, minutes, computed_at)
           values ('p', 1, 'SPY', '2026-11-20', now(), 1, now())""",
        "insert into ops.outbox_pages values (1, 'x', 'x')",
        "delete from ops.outbox_pages",
        "update derived.signals set value = 1",
    ],
)
@pytest.mark.parametrize("user", ["analyst", "darkpool_backup", "darkpool_monitor"])
def test_who_reads_stores_nothing_of_it(untouched, statement, user):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        untouched.ask(f"set transaction read write; {statement}", user=user)
