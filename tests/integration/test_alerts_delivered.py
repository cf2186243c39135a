"""Troubles of the system and messages of the outbox, from their cause to a real receiver."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from hosts import looked
from receivers import *  # noqa: F403 - fixtures

DAY = "2026-11-20"
RECORD = {
    "unit": "x.service",
    "result": "exit-code",
    "exit_status": 1,
    "failed_at": f"{DAY}T17:00:00+00:00",
    "count": 2,
    "log": ["one", "two", "three", "four"],
}
NO_DATABASE = {"COLLECTOR_DATABASE_DSN": "dbname=x host=/nonexistent"}
PUT = """insert into ops.outbox (key, series, kind, severity, title, body, created_at)
         values (%s, 'market/block_print/SPY', 'fired', %s, %s, 'body', %s)"""


@pytest.fixture
def alerts(collector, tmp_path, webhook):
    """Deliver as cron does, with one channel; `at` moves the clock."""
    (tmp_path / "failures").mkdir()
    collector.settings["COLLECTOR_ALERTS_DIR"] = str(tmp_path)
    urls = [{"url": webhook.url}]
    (tmp_path / "alerts-urls.json").write_text(json.dumps(urls))

    def deliver(at=f"{DAY}T12:00:00-05:00", **changed):
        offset = datetime.fromisoformat(at) - datetime.now(timezone.utc)
        collector.settings["COLLECTOR_CLOCK_OFFSET_S"] = str(round(offset.total_seconds()))
        machine = str(tmp_path / "machine/host/host.json")
        words = ("--failures", str(tmp_path / "failures"), "--host", machine)
        done = collector("alerts", "deliver", *words, **changed)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    deliver.failures = tmp_path / "failures"
    deliver.folder = tmp_path
    return deliver


GOOD_CLOCK, NO_CLOCK = "A2B3,time,3,1795000000.1,0.000412,0,0", "7F7F0101,,0,0.0,0.0,0,0"


def subjects(mailbox):
    return [line for mail in mailbox.mails for line in mail.splitlines() if line.startswith("Subject")]


def fail(alerts):
    (alerts.failures / "x.service.json").write_text(json.dumps(RECORD))


@pytest.mark.slow
def test_a_unit_that_failed_is_said_once_and_that_it_works_again_once(alerts, webhook):
    fail(alerts)
    for minute in range(3):
        alerts(f"{DAY}T12:0{minute}:00-05:00")
    assert webhook.titles() == ["x.service failed"]
    body = webhook.posts[0]["message"]
    assert "exit-code, exit status 1, 2 in a row" in body
    assert "four" in body
    assert "one" not in body.split()
    (alerts.failures / "x.service.json").unlink()
    for minute in (3, 5, 12, 13, 30):
        alerts(f"{DAY}T12:{minute:02}:00-05:00")
    assert webhook.titles() == ["x.service failed", "RESOLVED x.service is well again"]


@pytest.mark.slow
def test_it_is_said_while_the_database_is_away_which_is_said_too(alerts, webhook):
    fail(alerts)
    alerts(**NO_DATABASE)
    assert webhook.titles() == ["2 alerts: PostgreSQL does not answer ..."]
    assert "x.service failed" in webhook.posts[0]["message"]
    alerts(f"{DAY}T12:20:00-05:00")
    assert webhook.titles()[1:] == ["RESOLVED database is well again"]


@pytest.mark.slow
def test_a_message_of_the_outbox_is_delivered_once_and_marked(alerts, webhook, database):
    database.ask(PUT, "k", "warning", "block", f"{DAY}T12:00:00-05:00")
    alerts()
    alerts(f"{DAY}T12:01:00-05:00")
    assert webhook.titles() == ["block"]
    assert (
        database.one("select count(*) from ops.deliveries where delivered_at is not null and attempts = 0")
        == 1
    )


@pytest.mark.slow
def test_a_channel_that_is_down_gets_it_when_it_is_back(alerts, webhook, database):
    webhook.down = True
    database.ask(PUT, "k", "warning", "block", f"{DAY}T12:00:00-05:00")
    minutes = (0, 2, 5, 10, 20)
    for minute in minutes:
        alerts(f"{DAY}T12:{minute:02}:00-05:00")
    assert len(webhook.paths) == len(minutes)
    assert "takes no messages" in (alerts.folder / "alerts/system.json").read_text()
    webhook.down = False
    alerts(f"{DAY}T13:30:00-05:00")
    assert "block" in webhook.titles()
    assert database.one("select count(*) from ops.deliveries where delivered_at is null") == 0


@pytest.mark.slow
def test_the_other_channels_hear_that_one_takes_no_messages_and_that_it_does_again(
    alerts, webhook, mailbox, database
):
    urls = [{"url": webhook.url, "severities": ["warning"]}, {"url": mailbox.url, "severities": ["critical"]}]
    (alerts.folder / "alerts-urls.json").write_text(json.dumps(urls))
    webhook.down = True
    database.ask(PUT, "k", "warning", "block", f"{DAY}T12:00:00-05:00")
    for minute in (0, 2, 5, 10, 20, 21, 22):
        alerts(f"{DAY}T12:{minute:02}:00-05:00")
    (told,) = subjects(mailbox)
    assert "takes no messages" in told
    webhook.down = False
    for at in ("12:40", "12:41", "12:52", "12:53"):
        alerts(f"{DAY}T{at}:00-05:00")
    (_, over) = subjects(mailbox)
    assert "RESOLVED channel json-" in over


@pytest.mark.slow
def test_records_that_cannot_be_read_are_said_as_silence_would_look_like_health(alerts, webhook):
    alerts.failures.rmdir()
    alerts.failures.touch()
    alerts()
    alerts(f"{DAY}T12:01:00-05:00")
    assert webhook.titles() == ["The records of failures cannot be read"]
    alerts.failures.unlink()
    for at in ("12:02", "12:12", "12:13"):
        alerts(f"{DAY}T{at}:00-05:00")
    assert webhook.titles()[1:] == ["RESOLVED records is well again"]


@pytest.mark.slow
def test_a_clock_that_follows_nobody_is_said_once_and_that_it_is_right_again(alerts, webhook):
    machine = alerts.folder / "machine"
    machine.mkdir()
    looks = ((0, NO_CLOCK, 1), (1, NO_CLOCK, 9), (2, NO_CLOCK, 9), (3, GOOD_CLOCK, 9), (13, GOOD_CLOCK, 9))
    for minute, tracking, up_min in looks:
        file = looked(machine, tracking=tracking)
        facts = json.loads(file.read_text())
        booted = datetime.fromisoformat(facts["looked_at"]) - timedelta(minutes=up_min)
        file.write_text(json.dumps({**facts, "booted_at": booted.isoformat()}))
        alerts(f"{DAY}T12:{minute:02}:00-05:00")
        assert minute or webhook.titles() == [], "it has just booted"
    assert webhook.titles() == ["The clock is not synchronised", "RESOLVED clock is well again"]


@pytest.mark.slow
def test_damaged_pages_of_the_spool_are_said_until_somebody_has_looked(simulator, collector, alerts, webhook):
    collector.clock(simulator, f"{DAY}T12:00:03-05:00")
    collector("run", COLLECTOR_FEEDS="darkpool_trades", **NO_DATABASE)
    first, *_ = sorted((alerts.folder / "spool").glob("*.page"))
    first.write_bytes(b"nonsense")
    collector.at(simulator, f"{DAY}T12:05:03-05:00")
    for minute in (6, 7):
        alerts(f"{DAY}T12:0{minute}:00-05:00")
    assert webhook.titles() == ["1 page of the spool is damaged"]
    next((alerts.folder / "spool").glob("*.damaged")).unlink()
    collector.at(simulator, f"{DAY}T12:15:03-05:00")
    for minute in (16, 17, 18):
        alerts(f"{DAY}T12:{minute}:00-05:00")
    assert webhook.titles()[1:] == ["RESOLVED spool is well again"]


@pytest.mark.slow
def test_a_crash_between_sending_and_marking_sends_again_with_the_same_number(alerts, webhook, database):
    database.ask(PUT, "k", "warning", "block", f"{DAY}T12:00:00-05:00")
    alerts()
    database.ask("update ops.deliveries set delivered_at = null")
    alerts(f"{DAY}T12:01:00-05:00")
    assert webhook.titles() == ["block", "block"]
    numbers = {post["message"].rsplit("[", 1)[1] for post in webhook.posts}
    assert len(numbers) == 1


@pytest.mark.slow
def test_mail_arrives_too_and_only_what_it_is_for(alerts, webhook, mailbox, database):
    urls = [
        {"url": webhook.url, "severities": ["info"]},
        {"url": mailbox.url, "severities": ["critical", "warning"]},
    ]
    (alerts.folder / "alerts-urls.json").write_text(json.dumps(urls))
    for severity in ("critical", "warning", "info"):
        database.ask(PUT, severity, severity, f"a {severity} thing", f"{DAY}T12:00:00-05:00")
    alerts()
    assert webhook.titles() == ["a info thing"]
    subjects = sorted(
        line for mail in mailbox.mails for line in mail.splitlines() if line.startswith("Subject")
    )
    assert subjects == ["Subject: a critical thing", "Subject: a warning thing"]


@pytest.mark.slow
def test_a_muted_rule_says_nothing_and_an_acknowledged_series_only_that_it_is_over(
    alerts, collector, webhook
):
    fail(alerts)
    alerts()
    assert collector("alerts", "ack", "system/x.service").returncode == 0
    alerts(f"{DAY}T14:00:00-05:00")
    (alerts.failures / "x.service.json").unlink()
    alerts(f"{DAY}T14:20:00-05:00")
    assert webhook.titles() == ["x.service failed", "RESOLVED x.service is well again"]
    assert collector("alerts", "mute", "x.service", "--for", "2h").returncode == 0
    fail(alerts)
    alerts(f"{DAY}T15:00:00-05:00")
    assert len(webhook.posts) == 2


@pytest.mark.slow
def test_the_secret_of_a_channel_is_nowhere(alerts, collector, webhook, database):
    webhook.down = True
    database.ask(PUT, "k", "warning", "block", f"{DAY}T12:00:00-05:00")
    said = alerts()
    tried = collector("alerts", "try")
    assert tried.returncode == 1
    assert webhook.paths[-1] == "/token-canary"
    kept = database.ask("select channel, error from ops.deliveries")
    log = "".join(path.read_text() for path in alerts.folder.glob("*.log"))
    assert "canary" not in f"{said}{tried.stdout}{tried.stderr}{kept}{log}"


@pytest.mark.slow
def test_each_channel_is_tried_by_hand(collector, alerts, webhook):
    done = collector("alerts", "try")
    assert done.returncode == 0
    assert webhook.titles() == ["Test of your alerts"]
    assert done.stdout.startswith("json-")


def test_without_a_channel_that_is_said_with_its_fix(collector):
    done = collector("alerts", "try", COLLECTOR_ALERTS_DIR="/nonexistent")
    assert done.returncode == 1
    assert "vault_alerts_urls" in done.stdout


@pytest.mark.slow
def test_the_digest_comes_once_after_the_close_and_not_on_a_day_without_trading(alerts, webhook):
    for at in ("16:30", "16:46", "16:50", "17:30"):
        alerts(f"{DAY}T{at}:00-05:00")
    assert [title for title in webhook.titles() if "market events" in title] == [
        f"Fri {DAY}: 0 market events"
    ]
    alerts("2026-11-21T16:50:00-05:00")
    assert len(webhook.posts) == 1


@pytest.mark.slow
def test_a_feed_that_is_late_is_said_in_market_hours_and_only_then(simulator, collector, alerts, webhook):
    collector.at(simulator, f"{DAY}T12:00:03-05:00")
    alerts(f"{DAY}T12:06:00-05:00")
    assert webhook.titles() == []
    alerts(f"{DAY}T12:30:00-05:00")
    (title,) = webhook.titles()
    assert "feeds are late" in title
    for minute in (31, 41):
        collector.at(simulator, f"{DAY}T12:{minute}:03-05:00")
        for later in (1, 2):
            alerts(f"{DAY}T12:{minute + later}:00-05:00")
    assert webhook.titles()[1:] == ["RESOLVED late is well again"]


@pytest.mark.slow
def test_a_night_is_not_late(simulator, collector, alerts, webhook):
    for at in (f"{DAY}T16:55:03", f"{DAY}T21:05:03", "2026-11-21T06:50:03"):
        collector.at(simulator, f"{at}-05:00")
    alerts("2026-11-21T07:30:00-05:00")
    alerts("2026-11-22T12:00:00-05:00")
    assert "late" not in "".join(webhook.titles())


@pytest.mark.slow
def test_the_list_shows_what_is_on_what_was_said_and_what_is_silent(alerts, collector, database):
    fail(alerts)
    database.ask(PUT, "k", "warning", "block", f"{DAY}T12:00:00-05:00")
    alerts()
    collector("alerts", "mute", "block_print", "--for", "1d")
    shown = collector("alerts", "list").stdout
    assert "system/x.service" in shown
    assert "block [m1]" in shown
    assert "block_print: silent until" in shown
    assert max(map(len, shown.splitlines())) <= 80
