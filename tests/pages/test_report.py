"""A report in a real browser: it opens without a fault at each width, and its numbers are the database's."""

import json
import re
from decimal import Decimal

import pytest
from analysed import analysis
from browsing import DESKTOP, PHONE
from days import DAY, SYMBOL

OF_DAY = f"symbol = '{SYMBOL}' and session_date = '{DAY}'"
MARKET = f"from trading.market_prints where {OF_DAY}"
NEWEST = """
with newest as (select max(collected_at) as at from trading.options_flow where flow_type = '{kind}' and {of_day})
select {what} from trading.options_flow, newest where flow_type = '{kind}' and {of_day} and collected_at = newest.at
"""
MEASURED = "metric_type = '{name}' and timestamp >= '{day} 05:00+00' and timestamp < '{day} 22:00+00'"
SECTORS = f"""
with minutes as (
    select symbol, timestamp,
           sum(case metric_type when 'sector_tide_net_call_premium' then value else -value end) as tide
    from trading.market_metrics
    where metric_type in ('sector_tide_net_call_premium', 'sector_tide_net_put_premium')
      and timestamp >= '{DAY} 05:00+00' and timestamp < '{DAY} 22:00+00'
    group by symbol, timestamp)
select symbol, tide from (select distinct on (symbol) symbol, tide from minutes order by symbol, timestamp desc) last
order by tide desc, symbol
"""
# Of each word in a picture: how high it is written, whether it stands outside the picture, and on which other.
WORDS = """
return [...document.querySelectorAll("figure svg")].flatMap((svg) => {
    const frame = svg.getBoundingClientRect();
    const all = [...svg.querySelectorAll("text")].map((e) => [e, e.getBoundingClientRect()]);
    return all.map(([e, box]) => ({
        picture: svg.id, text: e.textContent,
        pixels: parseFloat(getComputedStyle(e).fontSize) * frame.width / svg.viewBox.baseVal.width,
        outside: box.left < frame.left - 8 || box.right > frame.right + 8,
        on: all.filter(([o, other]) => o !== e && Math.abs(o.getAttribute("y") - e.getAttribute("y")) < 1
            && other.left < box.right - 1 && box.left < other.right - 1).map(([o]) => o.textContent).join(),
    }));
});
"""
HIT = """
insert into ops.alert_hits (rule, symbol, event, at, noted_at, value, usual, facts)
values (%s, 'SPY', 'e', '2026-11-20 15:00+00', now(), 1, 2, %s)
"""


@pytest.fixture(scope="module")
def page(collected, tmp_path_factory):
    file = tmp_path_factory.mktemp("report") / "report.html"
    done = analysis(collected, "report", SYMBOL, "--date", DAY, "--out", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    return file


@pytest.fixture
def opened(browser, page):
    browser.open(page)
    return browser


def shown(browser, name):
    return Decimal(
        browser.driver.execute_script("return document.querySelector(arguments[0]).value", f"#{name} data")
    )


def bars(browser, picture, *names):
    """What stands at each bar of a picture, by its label."""
    script = """return [...document.querySelectorAll(arguments[0])].map(
        (bar) => [bar.dataset.at, ...arguments[1].map((name) => bar.dataset[name])])"""
    found = browser.driver.execute_script(script, f"#{picture} [data-at]", names)
    return {Decimal(label.replace(",", "")): tuple(map(Decimal, values)) for label, *values in found}


def flow(kind, what):
    return NEWEST.format(kind=kind, what=what, of_day=OF_DAY)


def detail(*names):
    return [f"sum((detail ->> '{name}')::numeric)" for name in names]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_it_opens_without_an_error_and_fits_and_asks_for_nothing_else(browser, page, size):
    browser.open(page, size)

    assert browser.console() == []
    assert browser.overflow() == []
    assert browser.requests() == []
    assert len(browser.texts("figure svg")) == 10


def test_it_prints(opened):
    pdf = opened.pdf()

    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 6


def test_the_day_is_complete_and_says_so(opened):
    assert opened.text("#missing").startswith("Complete:")
    assert opened.texts(".lacking") == []


def test_the_dark_prints_are_those_of_the_database(opened, collected):
    ((prints, premium, vwap),) = collected.ask(
        f"select count(*), sum(price * size), sum(price * size) / sum(size) {MARKET}"
    )

    assert prints > 1000
    assert f"{prints:,} prints" in opened.text("#dark-premium small")
    assert shown(opened, "dark-premium") == premium
    assert shown(opened, "vwap") == pytest.approx(vwap)


def test_the_profile_and_its_point_of_control_are_those_of_the_database(opened, collected):
    (step,) = re.search(r"levels of \$([\d.]+)", opened.text("figure:has(#profile) figcaption")).groups()
    levels = dict(
        collected.ask(f"select floor(price / {step} + 0.5) * {step}, sum(size) {MARKET} group by 1")
    )

    assert {price: value for price, (value,) in bars(opened, "profile", "value").items()} == levels
    assert shown(opened, "poc") == max(levels, key=levels.get)
    low = shown(opened, "value-area")
    high = Decimal(re.search(r"to \$([\d.,]+):", opened.text("#value-area small"))[1])
    inside = sum(size for price, size in levels.items() if low <= price <= high)
    assert inside / sum(levels.values()) >= Decimal("0.7")


def test_close_and_dark_share_are_those_of_the_database(opened, collected):
    bar = f"select close from trading.bars where {OF_DAY} and candle = '1m' and market_time = 'r'"
    share = f"""select sum(dark_volume) / sum(dark_volume + lit_volume) from trading.price_levels
                where {OF_DAY} and level_type = 'darkpool'"""

    assert shown(opened, "close") == collected.one(f"{bar} order by starts_at desc limit 1")
    assert shown(opened, "dark-share") == pytest.approx(collected.one(share))


def test_the_options_premium_is_that_of_the_newest_fetch(opened, collected):
    sides = detail(*(f"{right}_premium_{side}_side" for right in ("call", "put") for side in ("ask", "bid")))
    sums = detail("put_premium", "call_premium")
    ((call_ask, call_bid, put_ask, put_bid, puts, calls),) = collected.ask(
        flow("per_expiry", ", ".join([*sides, *sums]))
    )

    assert shown(opened, "bullish") == call_ask - call_bid - put_ask + put_bid
    assert shown(opened, "put-call") == pytest.approx(puts / calls)


def test_each_strike_has_its_premium(opened, collected):
    rows = collected.ask(
        flow("per_strike", ", ".join(["strike", *detail("put_premium", "call_premium")])) + " group by 1"
    )
    most = sorted(rows, key=lambda row: (-row[1] - row[2], row[0]))[:20]

    assert bars(opened, "strikes", "left", "right") == {strike: (puts, calls) for strike, puts, calls in most}


def test_iv_rank_and_tide_are_those_of_the_database(opened, collected):
    last = "order by timestamp desc limit 1"
    metric = f"select value from trading.market_metrics where symbol = '{{symbol}}' and {{measured}} {last}"
    rank, calls, puts = (
        collected.one(metric.format(symbol=symbol, measured=MEASURED.format(name=name, day=DAY)))
        for symbol, name in (
            (SYMBOL, "iv_rank"),
            ("MARKET", "market_tide_net_call_premium"),
            ("MARKET", "market_tide_net_put_premium"),
        )
    )

    assert shown(opened, "iv-rank") == rank
    assert shown(opened, "tide") == calls - puts


def test_each_sector_has_its_tide_and_the_etf_that_of_what_it_holds(opened, collected):
    rows = collected.ask(SECTORS)
    script = "return [...document.querySelectorAll('#sectors [data-at]')].map((e) => [e.dataset.at, e.dataset.value])"

    assert len(rows) == 11
    assert [(name, Decimal(value)) for name, value in opened.driver.execute_script(script)] == rows
    assert "Not collected" not in opened.text("figure:has(#sectors) figcaption")
    assert opened.texts("#holdings-line path") != []


@pytest.mark.parametrize("key", ["strike", "expiry"])
def test_the_half_hours_of_a_strike_or_an_expiry_sum_to_its_newest_fetch(opened, collected, key):
    bullish = " - ".join(detail("call_premium_ask_side", "call_premium_bid_side"))
    bullish += " - " + " + ".join(detail("put_premium_ask_side", "put_premium_bid_side"))
    every = ", ".join([key, bullish, f"{' + '.join(detail('call_premium', 'put_premium'))}"])
    rows = collected.ask(flow(f"per_{key}", every) + " group by 1")
    most = sorted(rows, key=lambda row: (-row[2], row[0]))[:12]
    script = """return [...document.querySelectorAll(arguments[0])].map(
        (row) => [...row.querySelectorAll("[data-value]")].map((field) => field.dataset.value))"""
    shown = opened.driver.execute_script(script, f"#through-{key} [data-at]")

    order = sorted(most, reverse=key == "strike")
    assert [sum(map(Decimal, row)) for row in shown] == [bullish for _, bullish, _ in order]


@pytest.mark.parametrize(
    "size", [PHONE, (800, 1050), (900, 1050), DESKTOP], ids=["phone", "one column", "two columns", "desktop"]
)
def test_what_stands_in_a_picture_can_be_read_and_does_not_stand_on_other_words(browser, page, size):
    browser.open(page, size)
    words = browser.driver.execute_script(WORDS)

    assert len(words) > 100
    assert [one for one in words if not 11 <= one["pixels"] <= 19] == []
    assert [one for one in words if one["outside"] or one["on"]] == []


def test_the_vendors_alerts_are_counted_by_kind(opened, collected):
    ((every, premium, sweeps),) = collected.ask(
        f"""select count(*), sum(premium), count(*) filter (where (detail ->> 'has_sweep')::boolean)
            from trading.options_flow where flow_type = 'alert' and {OF_DAY}"""
    )
    kinds = {row.split("\t")[0]: row.split("\t")[1:] for row in lines_of(opened, ".kinds tbody tr")}

    assert every > 0
    assert kinds["all"][0] == f"{every:,}"
    assert kinds["sweeps"][0] == f"{sweeps:,}"
    assert kinds["all"][1].startswith(f"${float(premium / 10**6):.3g}")


def test_a_block_is_larger_than_nearly_all_prints_of_the_days_before(opened, collected):
    blocks = blocks_of(collected)
    events = [row.split("\t") for row in lines_of(opened, ".events tbody tr")]

    assert blocks
    assert sorted((at, what) for at, kind, _, what, _ in events if kind == "block") == sorted(
        (at, f"{size:,} shares at {price:,}") for at, size, price in blocks
    )


def test_what_a_row_says_is_text_and_never_markup(browser, collected, tmp_path):
    bad = "<img src='http://example.invalid/x' onerror='alert(1)'>"
    collected.ask(HIT, bad, json.dumps({"sql": "select 1", "what": bad}))
    file = tmp_path / "bad.html"
    try:
        assert analysis(collected, "report", SYMBOL, "--date", DAY, "--out", str(file)).returncode == 0
    finally:
        collected.ask("delete from ops.alert_hits where rule = %s", bad)
    browser.open(file)

    assert f"rule {bad}" in browser.texts(".events .kind")
    assert (browser.texts("img"), browser.requests(), browser.console()) == ([], [], [])


def blocks_of(collected):
    return collected.ask(
        f"""with past as (select size from trading.market_prints where symbol = '{SYMBOL}' and session_date < '{DAY}')
            select to_char(p.executed_at at time zone 'America/New_York', 'HH24:MI:SS'), p.size, p.price
            from trading.market_prints p
            where p.symbol = '{SYMBOL}' and p.session_date = '{DAY}'
              and (select count(*) from past where past.size < p.size) >= 0.995 * (select count(*) from past)
            order by p.price * p.size desc limit 6"""
    )


def lines_of(browser, selector):
    """The cells of each row, tabs between them."""
    script = """return [...document.querySelectorAll(arguments[0])].map(
        (row) => [...row.cells].map((cell) => cell.textContent.trim()).join("\\t"))"""
    return browser.driver.execute_script(script, selector)
