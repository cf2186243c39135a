"""The dashboard in a real browser: no fault at any width, nothing from elsewhere, the database's numbers."""

import threading
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from browsing import DESKTOP, PHONE
from dashboard_process import running, visit
from days import DAY, EVENINGS, SYMBOL
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from testbed.browser import HOST
from testbed.shell import wait_until

OF_DAY = f"symbol = '{SYMBOL}' and session_date = '{DAY}'"
BETWEEN = f"symbol = '{SYMBOL}' and session_date between '{EVENINGS[0]}' and '{DAY}'"
PAGES = {
    "overview": "overview",
    "day": f"day?symbol={SYMBOL}&day={DAY}",
    "levels": f"levels?symbol={SYMBOL}&sessions=5",
    "strike": f"strike?symbol={SYMBOL}&strike={{strike}}&sessions=5",
}
STRIKES = """
select session_date, (detail ->> 'call_premium')::numeric, (detail ->> 'put_premium')::numeric,
       (detail ->> 'call_volume')::numeric
from trading.options_flow f
where flow_type = 'per_strike' and symbol = 'SPY' and strike = %s
  and collected_at = (select max(collected_at) from trading.options_flow n where n.flow_type = 'per_strike'
                      and n.symbol = f.symbol and n.session_date = f.session_date)
order by session_date desc
"""


class Way(BaseHTTPRequestHandler):
    """From the browser's container to the dashboard, which listens on loopback only."""

    def do_GET(self):
        status, headers, text = visit(self.server.to, self.path, Host=urlsplit(self.server.to).netloc)
        self.send_response(status)
        for name in ("Content-Type", "Content-Security-Policy", "Referrer-Policy"):
            self.send_header(name, headers[name])
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def place(collected):
    with running(collected.dsn("analyst")) as address, ThreadingHTTPServer(("0.0.0.0", 0), Way) as way:  # noqa: S104 -- the container is not on loopback
        way.to = address
        threading.Thread(target=way.serve_forever, daemon=True).start()
        yield f"http://{HOST}:{way.server_port}{urlsplit(address).path}"
        way.shutdown()


@pytest.fixture(scope="module")
def strike(collected):
    return collected.one(
        f"select strike from trading.options_flow where flow_type = 'per_strike' and {OF_DAY} "
        "and strike is not null group by strike order by max(premium) desc limit 1"
    )


@pytest.fixture
def at(browser, place, strike):
    def go(page, size=DESKTOP):
        browser.open(place + PAGES[page].format(strike=strike), size)
        return browser

    return go


def values(browser, selector):
    script = "return [...document.querySelectorAll(arguments[0])].map((e) => e.querySelector('data').value)"
    return [Decimal(one) for one in browser.driver.execute_script(script, selector)]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_fault_fits_and_asks_for_nothing_else(at, page, size):
    browser = at(page, size)

    assert browser.console() == []
    assert browser.overflow() == []
    # The calendar's sign is drawn by the browser itself.
    assert [one for one in browser.requests() if not one.startswith("data:")] == []
    assert len(browser.texts("h1")) == 1


@pytest.mark.parametrize("page", PAGES)
def test_on_a_phone_no_column_is_hidden_at_the_side(at, page):
    browser = at(page, PHONE)
    script = "return [...document.querySelectorAll('.wide')].map((e) => e.scrollWidth - e.clientWidth)"

    assert max(browser.driver.execute_script(script)) <= 0


def test_the_overviews_numbers_are_those_of_the_database(at, collected):
    browser = at("overview")
    ((share,),) = collected.ask(
        f"""select sum(dark_volume) / sum(dark_volume + lit_volume) from trading.price_levels
            where {OF_DAY} and level_type = 'darkpool'"""
    )
    metric = (
        f"select sum(value) from trading.market_metrics where symbol = '{SYMBOL}' and metric_type = %s"
        f" and (timestamp at time zone 'America/New_York')::date = '{DAY}'"
    )
    row = f"#symbols [data-symbol={SYMBOL}]"

    assert values(browser, f"{row} [data-name=dark-share]") == [pytest.approx(share)]
    for name, of in (
        ("net-call", "net_prem_net_call_premium"),
        ("net-put", "net_prem_net_put_premium"),
        ("iv-rank", "iv_rank"),
    ):
        assert values(browser, f"{row} [data-name={name}]") == [collected.one(metric, of)]
    assert browser.text("#missing").startswith("Complete:")


def test_the_days_numbers_are_those_of_the_database(at, collected):
    browser = at("day")
    ((prints, premium, vwap),) = collected.ask(
        f"select count(*), sum(price * size), sum(price * size) / sum(size) from trading.market_prints where {OF_DAY}"
    )

    assert values(browser, "#dark-premium") == [premium]
    assert f"{prints:,} prints" in browser.text("#dark-premium small")
    assert values(browser, "#vwap") == [pytest.approx(vwap)]
    assert len(browser.texts("figure svg")) == 11


def test_the_levels_are_the_vendors_summed_over_the_sessions(at, collected):
    browser = at("levels")
    script = "return [...document.querySelectorAll('#volume-at-price [data-at]')].map((e) => e.dataset.value)"
    shown = sum(map(Decimal, browser.driver.execute_script(script)))
    levels = f"from trading.price_levels where {BETWEEN} and level_type = 'darkpool'"
    days = collected.ask(f"select sum(dark_volume) {levels} group by session_date order by session_date desc")

    assert shown == collected.one(f"select sum(dark_volume) {levels}")
    assert values(browser, "#by-day [data-name=dark]") == [dark for (dark,) in days]
    assert len(days) == len(EVENINGS)


def test_a_strike_has_each_sessions_newest_fetch(at, collected, strike):
    browser = at("strike")
    rows = collected.ask(STRIKES, strike)

    assert len(rows) == len(EVENINGS)
    for place, name in enumerate(("call-premium", "put-premium", "call-volume"), 1):
        assert values(browser, f"#by-day [data-name={name}]") == [row[place] for row in rows]


def test_one_can_walk_from_the_overview_to_a_strike_and_a_day_by_links_alone(at, strike):
    browser = at("overview")
    for selector in ("#symbols a", f"[data-strike='{strike}'] a", f"[data-day='{EVENINGS[1]}'] a"):
        browser.driver.find_element(By.CSS_SELECTOR, selector).click()

    assert browser.text("h1") == f"{SYMBOL}, Thursday 19 November 2026"
    browser.driver.find_element(By.CSS_SELECTOR, "a[rel=next]").click()
    assert browser.text("h1") == f"{SYMBOL}, Friday 20 November 2026"
    assert browser.texts("a[rel=next]") == []
    assert browser.console() == []


def test_another_day_is_chosen_by_the_keyboard(at):
    browser = at("levels")
    browser.driver.find_element(By.CSS_SELECTOR, "select[name=symbol]").send_keys(Keys.ENTER)
    browser.driver.execute_script("document.querySelector('[name=day]').value = arguments[0]", EVENINGS[0])
    browser.driver.find_element(By.CSS_SELECTOR, "nav button").send_keys(Keys.ENTER)

    # A key, unlike a click, does not wait for the page that it brings.
    wait_until("the chosen day", lambda: "Wednesday 18 November 2026" in "".join(browser.texts("h1")), 20)


def test_dark_surroundings_make_a_dark_page(at):
    browser = at("day")
    back = "return getComputedStyle(document.body).backgroundColor"
    light = browser.driver.execute_script(back)
    browser._do(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    )
    dark = browser.driver.execute_script(back)
    browser._do("Emulation.setEmulatedMedia", {"features": []})

    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(18, 24, 31)")
