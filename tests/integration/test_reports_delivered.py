"""Reports on their way out: from what the night hands over to real receivers, each page once to each channel."""

import base64
import email
import gzip
import json

import pytest
from nights import keep
from receivers import *  # noqa: F403 - fixtures

DAY = "2026-11-20"
HTML = "<!doctype html><title>SPY</title><p>0 é</p>"


def report(symbol="SPY", day=DAY, html=HTML, title=""):
    packed = base64.b64encode(gzip.compress(html.encode(), mtime=0)).decode()
    line = {
        "kind": "report",
        "symbol": symbol,
        "session_date": day,
        "title": title or f"{symbol} {day}: closed",
    }
    return json.dumps({**line, "body": "Complete.", "name": f"{symbol}-{day}.html", "page": packed}) + "\n"


def attached(post):
    return {one["filename"]: base64.b64decode(one["base64"]).decode() for one in post["attachments"]}


@pytest.mark.slow
def test_each_page_of_a_session_goes_out_once_however_often_it_is_handed_over(
    database, collector, deliver, webhook, mailbox
):
    both = report("SPY") + report("QQQ", html="<p>Q</p>")
    assert keep(collector, both).stdout == "report: 2 new of 2\n"
    deliver(f"{DAY}T22:32:00-05:00", webhook, mailbox)
    assert database.ask("select * from ops.outbox_pages") == []
    assert keep(collector, both + report("SPY", title="another")).stdout == "report: 0 new of 3\n"
    deliver(f"{DAY}T22:33:00-05:00", webhook, mailbox)

    (post,), (mail,) = webhook.posts, mailbox.mails
    assert post["title"] == f"2 alerts: SPY {DAY}: closed ..."
    assert attached(post) == {f"SPY-{DAY}.html": HTML, f"QQQ-{DAY}.html": "<p>Q</p>"}
    parts = {
        part.get_filename(): part for part in email.message_from_string(mail).walk() if part.get_filename()
    }
    assert parts[f"SPY-{DAY}.html"].get_payload(decode=True).decode() == HTML
    assert parts[f"SPY-{DAY}.html"].get_content_type() == "text/html"
    assert database.ask("select * from ops.outbox_pages") == []
    assert database.one("select count(*) from ops.outbox") == 2


@pytest.mark.slow
def test_a_channel_that_takes_no_files_gets_the_words_and_one_that_is_down_both_when_it_is_back(
    database, collector, deliver, webhook
):
    webhook.plain = True
    keep(collector, report())
    deliver(f"{DAY}T22:32:00-05:00")
    assert "The channel did not take the page." in webhook.posts[0]["message"]

    webhook.plain, webhook.down = False, True
    keep(collector, report("QQQ"))
    deliver(f"{DAY}T22:33:00-05:00")
    assert len(database.ask("select * from ops.outbox_pages")) == 1
    webhook.down = False
    deliver(f"{DAY}T22:35:00-05:00")
    assert list(attached(webhook.posts[1])) == [f"QQQ-{DAY}.html"]
    assert database.ask("select * from ops.outbox_pages") == []


def test_a_page_that_nobody_took_for_a_week_is_let_go_and_its_message_is_not(database, collector):
    keep(collector, report(), f"{DAY}T22:31:00-05:00")
    keep(collector, report(day="2026-11-27"), "2026-11-27T22:00:00-05:00")
    assert len(database.ask("select * from ops.outbox_pages")) == 2
    keep(collector, "", "2026-11-27T22:32:00-05:00")
    assert database.ask("select name from ops.outbox_pages") == [("SPY-2026-11-27.html",)]
    assert database.one("select count(*) from ops.outbox") == 2


@pytest.mark.slow
def test_a_report_without_a_page_is_told_in_words_once(database, collector, deliver, webhook):
    words = json.dumps({**json.loads(report()), "page": None}) + "\n"
    assert [keep(collector, words).stdout for _ in range(2)] == [
        "report: 1 new of 1\n",
        "report: 0 new of 1\n",
    ]
    deliver(f"{DAY}T22:32:00-05:00")
    assert (webhook.titles(), attached(webhook.posts[0])) == ([f"SPY {DAY}: closed"], {})


@pytest.mark.parametrize(
    ("page", "why"),
    [("no base64", "page is not base64"), ("A" * 4 * 2**17, "is larger than 262,144 bytes")],
)
def test_a_page_that_cannot_be_one_is_refused(database, collector, page, why):
    done = keep(collector, json.dumps({**json.loads(report()), "page": page}) + "\n")
    assert done.returncode == 1
    assert why in done.stderr
    assert database.ask("select * from ops.outbox") == []
