"""The browser of the tests notices what it is there to notice."""

import functools
import struct
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from browsing import DESKTOP, PHONE

from testbed.browser import HOST

HEAD = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width'>"
)
ICON = "<link rel=icon href='data:,'>"


@pytest.fixture
def page(tmp_path):
    def write(body, name="page.html"):
        file = tmp_path / name
        file.write_text(f"{HEAD}{ICON}<title>A page</title></head><body>{body}</body></html>")
        file.chmod(0o600)
        return file

    return write


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_a_page_sees_the_width_of_the_device(browser, page, size):
    browser.open(page("<p id=it>Hello</p>"), size)

    assert browser.driver.execute_script("return [innerWidth, innerHeight]") == list(size)
    assert browser.text("#it") == "Hello"


def test_a_page_without_faults_has_none(browser, page):
    browser.open(page("<p>Hello</p>"), PHONE)

    assert browser.console() == []
    assert browser.overflow() == []
    assert browser.requests() == []


def test_an_error_in_a_script_and_a_picture_that_is_missing_are_seen(browser, page):
    browser.open(page("<script>nothing.there()</script><img src='missing.png'>"))
    faults = "\n".join(browser.console())

    assert "nothing is not defined" in faults
    assert "missing.png" in faults
    assert [address.rpartition("/")[2] for address in browser.requests()] == ["missing.png"]


def test_the_faults_of_one_page_are_not_those_of_the_next(browser, page):
    browser.open(page("<script>nothing.there()</script>", "broken.html"))
    browser.open(page("<p>Hello</p>"))

    assert browser.console() == []


def test_what_is_too_wide_for_a_phone_is_named_and_fits_a_desk(browser, page):
    wide = page("<div class=wide style='width: 700px'>too wide</div>")
    browser.open(wide, PHONE)

    assert browser.overflow() == ["708 of 390 pixels", "DIV.wide too wide"]
    browser.resize(DESKTOP)
    assert browser.overflow() == []


def test_what_scrolls_inside_its_own_box_is_no_overflow(browser, page):
    browser.open(page("<div style='overflow-x: auto'><div style='width: 700px'>wide</div></div>"), PHONE)

    assert browser.overflow() == []


def test_a_picture_shows_the_whole_page_or_what_the_window_shows(browser, page, tmp_path):
    browser.open(page("<div style='height: 2000px'>tall</div>"), PHONE)
    browser.screenshot(tmp_path / "whole.png")
    browser.screenshot(tmp_path / "window.png", whole=False)

    assert pixels(tmp_path / "whole.png") == (390, 2016)
    assert pixels(tmp_path / "window.png") == PHONE


def test_a_page_that_this_machine_serves_is_found_by_the_machines_name(browser, page):
    handler = functools.partial(SimpleHTTPRequestHandler, directory=page("<p id=it>served</p>").parent)
    with ThreadingHTTPServer(("0.0.0.0", 0), handler) as server:  # noqa: S104 -- the container is not on loopback
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser.open(f"http://{HOST}:{server.server_port}/page.html")
        server.shutdown()

    assert browser.text("#it") == "served"
    assert browser.console() == []


def test_a_page_prints(browser, page):
    browser.open(page("<p>Hello</p>"))

    assert browser.pdf().startswith(b"%PDF-")


def pixels(file):
    return struct.unpack(">II", file.read_bytes()[16:24])
