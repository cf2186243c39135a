"""How messages leave: grouped, capped, not at night, critical ones at once, again where a channel is down."""

from dataclasses import replace
from datetime import datetime, time, timedelta, timezone

import pytest

from collector.alerts.deliver import MOST_PAGE_BYTES, Channel, Manners, deliver, is_quiet
from collector.alerts.message import Page
from collector.alerts.spool import FileBox
from collector.alerts.system import failed_units

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=timezone.utc)
NIGHT = datetime(2026, 11, 21, 4, 0, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)
ALL = Channel("json-all", "json://a")
PAGER = Channel("json-pager", "json://b", ("critical",))
FREE = Manners(None, 100)


class Post:
    """Notes what it is given; refuses for the channels in `down`."""

    def __init__(self):
        self.sent = []
        self.pages = []
        self.down = set()

    def __call__(self, channel, title, body, pages):
        if channel.name in self.down:
            return "did not take it"
        self.sent.append((channel.name, title, body))
        self.pages.append([page.name for page in pages])
        return ""


@pytest.fixture
def box(tmp_path):
    return FileBox(tmp_path / "system.json")


@pytest.fixture
def post():
    return Post()


def put(box, *titles, severity="warning", at=NOON):
    for title in titles:
        box.put("fired", f"system/{title}", severity, (title, f"about {title}"), at)


def test_a_message_goes_once_to_each_channel_of_its_severity(box, post):
    put(box, "a", severity="critical")
    put(box, "b", severity="info")
    for minute in range(3):
        deliver([box], [ALL, PAGER], FREE, NOON + minute * MINUTE, post)
    assert sorted((name, title) for name, title, _ in post.sent) == [
        ("json-all", "a"),
        ("json-all", "b"),
        ("json-pager", "a"),
    ]


def test_what_waits_together_goes_together(box, post):
    put(box, "a", "b", "c")
    deliver([box], [ALL], FREE, NOON, post)
    ((_, title, body),) = post.sent
    assert title.startswith("3 alerts")
    assert all(f"about {one}" in body for one in "abc")


def test_a_channel_that_is_down_loses_nothing_and_holds_up_no_other(box, post):
    post.down = {"json-all"}
    put(box, "a", severity="critical")
    times = [NOON + minute * MINUTE for minute in range(200)]
    tries = [
        at for at in times if any("did not" in line for line in deliver([box], [ALL, PAGER], FREE, at, post))
    ]
    assert [(at - NOON) // MINUTE for at in tries] == [0, 1, 3, 7, 15, 31, 63, 123, 183]
    assert [name for name, _, _ in post.sent] == ["json-pager"]
    assert [one.channel for one in box.stuck()] == ["json-all"]
    post.down = set()
    deliver([box], [ALL, PAGER], FREE, NOON + 300 * MINUTE, post)
    assert [name for name, _, _ in post.sent] == ["json-pager", "json-all"]
    assert "held back since" in post.sent[-1][2]
    assert box.stuck() == []


def test_more_than_the_cap_is_held_back_and_comes_as_one_summary(box, post):
    manners = Manners(None, 2)
    for minute in range(70):
        if minute < 10:
            put(box, f"n{minute}", at=NOON + minute * MINUTE)
        deliver([box], [ALL], manners, NOON + minute * MINUTE, post)
    assert [title.split(":")[0] for _, title, _ in post.sent] == ["n0", "n1", "8 alerts"]
    assert "held back since" in post.sent[-1][2]


def test_critical_messages_know_no_cap_and_no_night(box, post):
    manners = Manners((time(22), time(7)), 1)
    for minute in range(3):
        put(box, f"c{minute}", severity="critical", at=NIGHT + minute * MINUTE)
        put(box, f"w{minute}", at=NIGHT + minute * MINUTE)
        deliver([box], [ALL], manners, NIGHT + minute * MINUTE, post)
    assert [title for _, title, _ in post.sent] == ["c0", "c1", "c2"]
    deliver([box], [ALL], manners, NIGHT + timedelta(hours=9), post)
    assert post.sent[-1][1].startswith("3 alerts: w0")


def test_the_night_may_run_over_midnight_or_not():
    over, before = Manners((time(22), time(7)), 1), Manners((time(1), time(7)), 1)
    assert is_quiet(over, NIGHT)
    assert not is_quiet(before, NIGHT)
    assert not is_quiet(over, NOON)


def test_a_channel_whose_secret_was_changed_gets_what_waited_for_the_old_one(box, post):
    post.down = {"json-all"}
    put(box, "a")
    deliver([box], [ALL], FREE, NOON, post)
    deliver([box], [Channel("json-new", "json://c")], FREE, NOON + MINUTE, post)
    assert [name for name, _, _ in post.sent] == ["json-new"]


def test_a_box_that_was_saved_is_the_same_box(box, post, tmp_path):
    put(box, "a")
    box.save(NOON)
    deliver([FileBox(tmp_path / "system.json")], [ALL], FREE, NOON, post)
    deliver([FileBox(tmp_path / "system.json")], [ALL], FREE, NOON, post)
    assert len(post.sent) == 1


def test_a_damaged_box_is_put_aside_and_the_next_alert_goes(tmp_path, post):
    (tmp_path / "system.json").write_text("{")
    box = FileBox(tmp_path / "system.json")
    put(box, "a")
    box.save(NOON)
    deliver([box], [ALL], FREE, NOON, post)
    assert len(post.sent) == 1
    assert (tmp_path / "system.damaged").exists()


def test_records_that_cannot_be_read_are_a_trouble_and_a_folder_that_is_not_there_is_none(tmp_path):
    (tmp_path / "file").write_text("")
    assert list(failed_units(tmp_path / "file")) == ["system/records"]
    assert failed_units(tmp_path / "gone") == {}


class Paged(FileBox):
    """Each of its messages has a page of that size."""

    size = 1

    def waiting(self, channel, now):
        return [replace(one, page_bytes=self.size) for one in super().waiting(channel, now)]

    def pages(self, ids):
        return [Page(f"{name}.html", b"") for name in ids]


def test_pages_go_with_their_messages_and_no_more_of_them_than_a_notification_carries(tmp_path, post):
    box = Paged(tmp_path / "system.json")
    put(box, "a", "b", "c", severity="info")
    box.size = MOST_PAGE_BYTES // 2
    for minute in range(3):
        deliver([box], [ALL], FREE, NOON + minute * MINUTE, post)
    assert post.pages == [["s1.html", "s2.html"], ["s3.html"]]


def test_a_page_that_is_too_large_for_any_notification_goes_alone(tmp_path, post):
    box = Paged(tmp_path / "system.json")
    put(box, "a", "b")
    box.size = 2 * MOST_PAGE_BYTES
    for minute in range(3):
        deliver([box], [ALL], FREE, NOON + minute * MINUTE, post)
    assert post.pages == [["s1.html"], ["s2.html"]]
