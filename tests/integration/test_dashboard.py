"""The dashboard's door and its pages over HTTP: who is let in, what is refused, what a page says of what is missing."""

import json
import socket
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from analysed import DAY, FLOW, NIGHT, OPEN, put_bar, put_print
from dashboard_process import running, visit

from analysis.dashboard.pages import answer
from analysis.load.kept import Kept

COVERED = (
    "insert into ops.coverage (feed, symbol, session_date, covered, settled, confirmed, collected_at)"
    " values (%s, %s, %s, '{}', '{}', '{}', %s)"
)
LEVEL = (
    "insert into trading.price_levels (symbol, session_date, level_type, price, dark_volume, lit_volume, collected_at)"
    " values ('SPY', %s, %s, %s, %s, %s, %s)"
)
HOSTILE = "<script>alert(1)</script>"
BEFORE = DAY - timedelta(days=1)


def put_strike(database, session, at, strike, calls):
    detail = {f"{right}_{what}": "0" for right in ("call", "put") for what in (
        "premium", "volume", "otm_premium", "otm_volume", "premium_ask_side", "premium_bid_side")}  # fmt: skip
    detail |= {"call_premium": str(calls), "call_premium_ask_side": str(calls)}
    record = f"{strike}@{at}"
    database.ask(FLOW, strike, None, "per_strike", at, record, session, None, json.dumps(detail))


@pytest.fixture
def filled(database):
    for day in (BEFORE, DAY):
        at = datetime(day.year, day.month, day.day, tzinfo=timezone.utc) + timedelta(hours=26)
        for feed in ("darkpool_price_levels", "flow_per_strike", "ohlc_1m"):
            database.ask(COVERED, feed, "SPY", day, at)
        database.ask(LEVEL, day, "darkpool", 600, 300, 100, at)
        database.ask(LEVEL, day, "stock_volume", 600, 999, 1, at)
        put_strike(database, day, at - timedelta(hours=2), 600, 5)
        put_strike(database, day, at, 600, 7)
    put_bar(database, OPEN, 600, NIGHT)
    for number in range(3):
        put_print(database, number, OPEN + timedelta(minutes=number), 100 + number)
    return database


@pytest.fixture
def address(filled):
    with running(filled.dsn("analyst")) as found:
        yield found


@pytest.fixture
def page(filled):
    kept = Kept(filled.dsn("analyst"))

    def ask(name, query="", now=NIGHT):
        status, text = answer(kept, name, query, now)
        return int(status), text

    yield ask
    kept.close()


def test_who_has_the_address_reads_and_the_page_forbids_itself_everything_else(address):
    status, headers, text = visit(address)

    assert status == 200
    assert "<h1>Overview, Friday 20 November 2026</h1>" in text
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert "<script" not in text


def test_without_the_key_nothing_is_read(address):
    for path in ("/", "/overview", "/wrong/overview", "//overview", "/%C3%BC/overview", "/?symbol=SPY"):
        status, _, text = visit(address, path)
        assert (status, "SPY" in text) == (403, False)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", ""])
def test_another_name_than_its_own_is_refused_even_with_the_key(address, host):
    named = host.format(port=urlsplit(address).port)

    status, _, text = visit(address, "overview", Host=named)

    assert (status, "SPY" in text) == (421, False)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_what_would_write_is_refused(address, method):
    status, headers, _ = visit(address, "overview", method)

    assert (status, headers["Allow"]) == (405, "GET, HEAD")


def test_head_has_no_body(address):
    where = urlsplit(address)
    with socket.create_connection((where.hostname, where.port), timeout=20) as line:
        line.sendall(f"HEAD {where.path}overview HTTP/1.0\r\nHost: {where.netloc}\r\n\r\n".encode())
        head, _, body = b"".join(iter(lambda: line.recv(1 << 16), b"")).partition(b"\r\n\r\n")

    assert b" 200 OK" in head.splitlines()[0]
    assert body == b""


def test_only_loopback_is_listened_on(address):
    port = urlsplit(address).port
    with Path("/proc/net/tcp").open() as table:
        listening = [line.split()[1] for line in table if line.split()[3] == "0A"]

    assert [one for one in listening if one.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        ("nowhere", "", "no such page"),
        ("../day", "symbol=SPY", "no such page"),
        ("day", "symbol=XYZ", "XYZ is not collected here; collected are: SPY"),
        ("day", "symbol=SPY&day=2026-11-22", "no trading day"),
        ("day", "symbol=SPY&day=yesterday", "day cannot be"),
        ("day", "", "No symbol was named"),
        ("strike", "symbol=SPY", "No strike was named"),
        ("strike", "symbol=SPY&strike=nan", "strike cannot be"),
        ("levels", "symbol=SPY&sessions=1000000", "sessions cannot be"),
        ("day", f"symbol={HOSTILE}", "is not collected here"),
    ],
)
def test_an_address_that_means_nothing_says_so(page, name, query, said):
    status, text = page(name, query)

    assert (status, said in text) == (404, True)
    assert "<script" not in text.lower()


def test_what_the_vendor_wrote_is_never_markup(page, filled):
    filled.ask(COVERED, "ohlc_1m", HOSTILE, DAY, NIGHT)

    for name, query in (("overview", ""), ("day", "symbol=SPY"), ("day", f"symbol={HOSTILE}")):
        assert "<script" not in page(name, query)[1].lower()
    assert "&lt;script&gt;" in page("overview")[1]


def test_what_is_missing_stands_at_the_top_of_each_page(page):
    for name, query, said in (
        (
            "overview",
            "",
            "SPY: darkpool_trades, flow_per_expiry, net_prem_ticks, market_tide, flow_alerts, iv_rank",
        ),
        ("day", "symbol=SPY", "market_tide: nothing was collected"),
        ("levels", "symbol=SPY&sessions=5&day=2026-11-20", "Complete:"),
    ):
        top = page(name, query)[1].partition("</header>")[2].partition("<section>")[0]
        assert said in top
    assert page("day", "symbol=SPY")[1].index("INCOMPLETE") < page("day", "symbol=SPY")[1].index("<dl>")


def test_a_session_that_was_fetched_too_early_is_named(page, filled):
    filled.ask("update ops.coverage set collected_at = %s where session_date = %s", OPEN, DAY)

    for name, query in (("levels", "symbol=SPY"), ("strike", "symbol=SPY&strike=600")):
        text = page(name, query)[1]
        assert "lacks something of 1 of 2 sessions" in text
        assert f"{DAY}: last fetched at 09:30:00, before its end at " in text


def test_levels_are_of_the_kind_that_knows_all_venues(page):
    text = page("levels", "symbol=SPY&sessions=5")[1]

    assert 'data-value="600"' in text
    assert '<data value="0.75">75.0%</data>' in text
    assert "999" not in text


def test_a_strike_shows_the_newest_fetch_of_each_session(page):
    text = page("strike", "symbol=SPY&strike=600&sessions=5")[1]

    assert text.count('<data value="7">$7</data>') == 4
    assert '<data value="5">' not in text


def test_prints_put_together_by_price_say_the_same_as_one_by_one(page):
    text = page("day", "symbol=SPY")[1]

    assert '<data value="3030">$3.03k</data><small>3 prints over the vendor' in text


def test_the_page_asks_itself_again_only_by_choice_and_while_the_market_is_open(page):
    again = '<meta http-equiv="refresh" content="60"/>'
    noon = OPEN + timedelta(hours=2)

    assert again in page("day", "symbol=SPY&refresh=on", noon)[1]
    assert again not in page("day", "symbol=SPY", noon)[1]
    assert "Refresh each minute" in page("day", "symbol=SPY", noon)[1]
    assert again not in page("day", "symbol=SPY&refresh=on", NIGHT)[1]
    assert again not in page("day", f"symbol=SPY&refresh=on&day={BEFORE}", noon)[1]


def test_each_page_sees_what_came_since_the_page_before(page, filled):
    page("levels", "symbol=SPY")
    filled.ask("update trading.price_levels set dark_volume = 411 where session_date = %s", DAY)

    assert '<data value="411">' in page("levels", "symbol=SPY")[1]


def test_a_connection_that_was_lost_meanwhile_is_made_again(page, filled):
    page("overview")
    filled.ask("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'analysis'")

    assert page("overview")[0] == 200


def test_without_a_database_the_page_says_so():
    status, text = answer(Kept("host=127.0.0.1 port=1 dbname=none"), "overview", "", NIGHT)

    assert int(status) == 503
    assert "The database cannot be reached" in text


def test_nothing_collected_is_no_fault(database):
    kept = Kept(database.dsn("analyst"))
    status, text = answer(kept, "overview", "", NIGHT)
    kept.close()

    assert (int(status), "Nothing was collected yet" in text) == (404, True)


def test_days_that_left_the_database_while_the_archive_is_not_here_are_not_shown_as_empty(page, filled):
    filled.ask(COVERED, "ohlc_1m", "SPY", date(2026, 9, 1), NIGHT)
    filled.ask(
        """insert into ops.archives (table_name, month, part, kind, folder, files, rows, content, bytes, verified_at,
           released_at) values ('bars', '2026-09-01', 1, 'month', 'f', 1, 1, 'c', 1, now(), now())"""
    )

    status, text = page("day", "symbol=SPY&day=2026-09-01")

    assert (status, "copy the server" in text, "--archive" in text) == (404, True, True)
