"""Each question of the analysis has the same answer when its months have left the database, to the last type."""

from contextlib import closing
from datetime import date, datetime, timezone
from decimal import Decimal

import pandas as pd
import pytest
from analysed import analysis

from analysis import cli
from analysis.dashboard.pages import answer
from analysis.load import postgresql, questions
from analysis.load.kept import Kept
from collector.core.errors import Terminal
from collector.jobs import retain
from collector.store import database as door
from collector.store import files

OLD = ("2023-05-22", "2023-05-31", "2023-06-01")
NEW = ("2026-11-19", "2026-11-20")
NIGHT = datetime(2026, 11, 21, 2, tzinfo=timezone.utc)
PAGES = (
    ("overview", f"day={OLD[1]}"),
    ("day", f"symbol=SPY&day={OLD[1]}"),
    ("levels", f"symbol=SPY&day={OLD[2]}&sessions=10"),
    ("strike", f"symbol=SPY&day={OLD[2]}&sessions=10&strike=603"),
)
SESSION = "insert into ops.market_sessions values (%s, %s, %s, %s)"
COVERED = """insert into ops.coverage (feed, symbol, session_date, covered, settled, confirmed, collected_at)
    select %s, s, %s, '{}', '{}', '{}', %s from unnest(array['SPY', 'QQQ']) s"""
WORDS = (
    ("dark-share", "SPY", "--date", OLD[1]),
    ("flow", "SPY", "--date", OLD[1]),
    ("through", "SPY", "--date", OLD[1]),
    ("lead-lag", "SPY", "--minutes", "1", "--date", OLD[1]),
    ("signals", "SPY", "--date", OLD[1]),
    ("backtest", "bullish_flow", "SPY", "--since", OLD[0], "--until", NEW[1]),
    ("blocks", "SPY", "--date", OLD[2]),
    ("clusters", "SPY", "--date", OLD[1]),
    ("late", "SPY", "--date", OLD[1]),
    ("iv-rank", "SPY", "--date", OLD[1]),
    ("positioning", "SPY", "--date", OLD[1]),
    ("tide", "--date", OLD[1]),
    ("tide", "--of", "Energy", "--date", OLD[1]),
)
TABLES = ("darkpool_trades", "bars", "price_levels", "market_metrics", "options_flow")
PRINTS = """
insert into trading.darkpool_trades (tracking_id, symbol, size, price, volume, premium, executed_at, collection_time,
    trf_executed_at, nbbo_bid, nbbo_ask, sale_cond_codes, trade_code, canceled, missing_since)
select extract(epoch from d)::bigint + n, case when n % 5 = 0 then 'QQQ' else 'SPY' end, n, 600 + n / 7.0, 1000 - n,
    600 * n, d + n % 17 * interval '61 s', d + case when n % 8 = 0 then interval '20 h' else interval '1 h' end,
    case when n % 3 = 0 then d end, case when n % 11 <> 0 then 600 + n % 6 end, 603 + n % 2,
    (array[null, 'average_price_trade', 'other'])[1 + n % 3], (array[null, null, 'derivative_priced'])[1 + n % 3],
    n % 13 = 0, case when n % 19 = 0 then now() end
from (select %s::date + interval '15 h' as d) at_three, generate_series(1, 60) n"""
BARS = """
insert into trading.bars (symbol, session_date, candle, starts_at, ends_at, open, high, low, close, volume, market_time,
    collected_at)
select s, d, '1m', at, case when n % 2 = 0 then at + interval '59 s' end, 600 + n, 601.25 + n, 599, 600.5 + n, n,
    case when n < 3 or n > 12 then 'pr' else 'r' end, at + interval '1 h'
from (select %s::date as d) one, unnest(array['SPY', 'QQQ']) s, generate_series(1, 15) n,
    lateral (select d + interval '14 h' + n * interval '1 min' as at) t"""
LEVELS = """
insert into trading.price_levels (symbol, session_date, level_type, price, dark_volume, lit_volume, collected_at)
select s, d, k, 600 + n / 4.0, n, 2 * n, d + interval '22 h'
from (select %s::date as d) one, unnest(array['SPY', 'QQQ']) s, unnest(array['darkpool', 'stock_volume']) k,
    generate_series(1, 9) n"""
METRICS = """
insert into trading.market_metrics (symbol, metric_type, value, timestamp, collected_at)
select s, m, 10 * n + length(m), at, at + n * interval '1 s'
from (select %s::date as d) one, generate_series(1, 9) n,
    (values ('SPY', 'net_prem_net_call_premium', 1), ('SPY', 'net_prem_net_put_premium', 2), ('SPY', 'iv_rank', 9),
            ('MARKET', 'market_tide_net_call_premium', 1), ('MARKET', 'market_tide_net_put_premium', 3),
            ('Energy', 'sector_tide_net_call_premium', 2), ('Energy', 'sector_tide_net_put_premium', 1),
            ('Consumer Cyclical', 'sector_tide_net_call_premium', 3),
            ('Consumer Cyclical', 'sector_tide_net_put_premium', 1),
            ('SPY', 'etf_tide_net_call_premium', 1), ('SPY', 'etf_tide_net_put_premium', 2)) v(s, m, each),
    lateral (select d + interval '15 h' + n * interval '1 min' as at) t
where n % each = 0"""
FLOW = """
insert into trading.options_flow (symbol, strike, expiry, flow_type, premium, contract_size, collected_at, record_id,
    session_date, executed_at, iv_rank, detail)
select s, case when k <> 'per_expiry' then 600 + n end, case when k <> 'per_strike' then d + n * 7 end, k, n * 1.5, n,
    at, k || n || at, d, case when k = 'alert' then at - n * interval '1 min' end, case when n % 2 = 0 then n end,
    case when k = 'alert' then jsonb_build_object('type', (array['call', 'put'])[1 + n % 2], 'has_sweep', n % 3 = 0,
                                                  'total_ask_side_prem', n || '.50')
    else jsonb_build_object('call_premium', n || '.25', 'put_premium', 7, 'call_volume', '70', 'call_premium_ask_side',
        n || '5', 'call_premium_bid_side', '40', 'put_premium_ask_side', case when n % 4 <> 0 then '45.5' end,
        'put_premium_bid_side', '12', 'put_otm_volume', null) end
from (select %s::date as d) one, unnest(array['SPY', 'QQQ']) s, unnest(array['per_expiry', 'per_strike', 'alert']) k,
    generate_series(1, 8) n, lateral (select d + f * interval '1 h' as at from unnest(array[16, 19]) f) t
where not (extract(hour from at) = 19 and n = 8)"""


def questions_of(day: str):
    one = {"symbol": "SPY", "session_date": date.fromisoformat(day)}
    days = {"symbol": "SPY", "first_date": date(2023, 5, 1), "last_date": date.fromisoformat(day)}
    yield from (
        (f"analysis_{name}", days)
        for name in ("prints", "print_sizes", "bars", "opens", "net_premium", "facts")
    )
    yield from ((f"analysis_{name}", one) for name in ("levels", "iv_rank", "flow_alerts"))
    yield from (
        (f"{of}_flow", {**one, "flow_type": kind})
        for of in ("analysis", "dashboard")
        for kind in ("per_expiry", "per_strike")
    )
    yield "analysis_flow_through", {**one, "flow_type": "per_strike"}
    for symbol in ("MARKET", "Energy", "SPY"):
        yield "analysis_tide", {"symbol": symbol, "session_date": one["session_date"]}
    of_some = ["SPY", "MARKET", "Energy", "Consumer Cyclical", "Nothing"]
    yield "analysis_tides", {"symbols": of_some, "session_date": one["session_date"]}
    yield from (("dashboard_levels", days), ("dashboard_levels_by_day", days), ("dashboard_prints", one))
    yield "dashboard_strike", {**days, "strike": Decimal(603)}
    yield "dashboard_overview", {"symbols": ["QQQ", "SPY", "XYZ"], "session_date": one["session_date"]}


def answers(database, folder):
    with postgresql.connect(database.dsn("analyst")) as connection:
        return {
            (name, day, str(values.get("flow_type")), values.get("symbol")): postgresql.ask(
                connection, name, str(folder), **values
            )
            for day in (OLD[1], OLD[2], NEW[1])
            for name, values in questions_of(day)
        }


@pytest.fixture
def years(database):
    for table in TABLES:
        database.ask("select ops.make_partitions(%s, %s::date[])", table, list(OLD + NEW))
    # The calendar begins later.
    for day in OLD:
        database.ask(SESSION, day, f"{day} 13:30Z", f"{day} 20:00Z", f"{day} 20:15Z")
    for day in OLD + NEW:
        for statement in (PRINTS, BARS, LEVELS, METRICS, FLOW):
            database.ask(statement.replace("%s", f"'{day}'"))
    return database


def ordered(asked, found):
    """Sizes alone have no order to keep; of a quotient PostgreSQL keeps fewer digits than Decimal."""
    if asked[0] == "analysis_facts":
        return found.assign(value=[round(value, 16) for value in found["value"]])
    return found.sort_values("size", ignore_index=True) if asked[0] == "analysis_print_sizes" else found


def archive(database, folder):
    for table in TABLES:
        database.ask("insert into ops.retention values (%s, 24, null, true, now())", table)
    with closing(door.keeper(database.dsn("collector"))) as connection:
        for unit in retain.due(connection):
            list(retain.steps(connection, unit, folder))


@pytest.mark.slow
def test_the_answers_are_those_of_before(years, tmp_path):
    before = answers(years, tmp_path)
    archive(years, tmp_path)
    after = answers(years, tmp_path)

    assert years.one("select count(*) from trading.bars where session_date < '2026-01-01'") == 0
    assert {name for name, *_ in before} == set(questions.ANSWERS)
    for asked, found in before.items():
        assert len(found) > 1, asked
        pd.testing.assert_frame_equal(ordered(asked, after[asked]), ordered(asked, found), obj=str(asked))


@pytest.mark.slow
def test_without_the_archive_no_answer_is_made_and_a_word_says_where_to_point_it(years, tmp_path):
    archive(years, tmp_path)
    with pytest.raises(Terminal, match="--archive or ANALYSIS_ARCHIVE"):
        answers(years, tmp_path / "nowhere")

    done = analysis(years, "dark-share", "SPY", "--date", OLD[1], "--archive", str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert "copy the server's" in done.stderr


@pytest.mark.slow
def test_each_word_says_of_archived_days_what_it_said_before(years, tmp_path, monkeypatch, capsys):
    def said(words):
        code = cli.main([*words, "--dsn", years.dsn("analyst"), "--archive", str(tmp_path / "archive")])
        return code, *capsys.readouterr()

    monkeypatch.chdir(tmp_path)
    before = {words: said(words) for words in WORDS}
    archive(years, tmp_path / "archive")

    for words, (code, out, complaint) in before.items():
        assert said(words) == (code, out, complaint), words
        assert out


@pytest.mark.slow
def test_each_page_of_the_dashboard_shows_archived_days_as_it_did_before(years, tmp_path):
    for day in OLD + NEW:
        for feed in ("ohlc_1m", "flow_per_strike", "flow_per_expiry", "darkpool_price_levels"):
            years.ask(COVERED, feed, day, f"{day} 23:59Z")
    kept = Kept(years.dsn("analyst"))
    before = {page: answer(kept, *page, NIGHT, str(tmp_path)) for page in PAGES}
    archive(years, tmp_path)

    for page, (status, text) in before.items():
        assert answer(kept, *page, NIGHT, str(tmp_path)) == (status, text), page
        assert (status, text.count("<data ") > 5) == (200, True), page
    nowhere = [answer(kept, *page, NIGHT, str(tmp_path / "nowhere")) for page in PAGES]
    assert [(int(status), "copy the server" in text) for status, text in nowhere] == [(404, True)] * len(
        PAGES
    )
    kept.close()


def test_every_question_of_the_analysis_is_answered_of_archived_days_or_cannot_lose_a_month():
    rooms = ("analysis_", "dashboard_")
    asked = {path.stem for path in files.in_order("queries") if path.stem.startswith(rooms)}
    of_no_day = {
        "analysis_newest_session",
        "analysis_newest_tide",
        "analysis_symbols",
        "dashboard_sessions",
        "dashboard_symbols",
    }
    assert asked - of_no_day == set(questions.ANSWERS) | questions.ALWAYS_HERE
