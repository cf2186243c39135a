"""`make nightly` on the laptop: both halves are real processes; in place of ssh and the tunnel stands nothing."""

import contextlib
import os
import sys
from datetime import datetime, time

import pytest
from receivers import *  # noqa: F403 - a fixture is found where it is imported

from collector.core.clock import NEW_YORK
from laptop import nightly
from laptop.questions import VAULT
from laptop.vault import Vault
from laptop.words import Refused

BAR = """
insert into trading.bars (symbol, session_date, candle, starts_at, open, high, low, close, volume, market_time,
                          collected_at)
values ('SPY', %s, '1m', %s, 600, 600, 600, 600, 1, 'r', %s)
"""


class NoTunnel:
    """Where the database is reached without one."""

    def __init__(self, dsn):
        self.dsn = dsn

    def for_a_while(self):
        return contextlib.nullcontext()

    def environment(self):
        return {**os.environ, "ANALYSIS_DSN": self.dsn}


class Here:
    """The server, reached without ssh."""

    def __init__(self, *words):
        self.before = list(words)

    def words(self, *_options):
        return self.before


@pytest.fixture
def session(database, tmp_path, monkeypatch):
    """The last session whose hour is over by this machine's clock, and a bar of it; pages go into a folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(nightly.ROOT))
    day = database.one(
        "select max(session_date) from ops.market_sessions where session_date < current_date - 1"
    )
    at = datetime.combine(day, time(9, 30), NEW_YORK)
    database.ask("select ops.make_partitions('bars', array[%s::date])", day)
    database.ask(BAR, day, at, at)
    database.ask("insert into ops.coverage (feed, symbol, session_date) values ('ohlc_1m', 'SPY', %s)", day)
    return day


@pytest.mark.slow
def test_a_night_that_the_server_did_not_take_fails_and_the_next_one_makes_it_good(
    database, collector, session, switch
):
    url, paths = switch
    tunnel = NoTunnel(database.dsn("analyst"))
    there = Here(
        "env", *(f"{name}={value}" for name, value in collector.settings.items()), sys.executable, "-m"
    )

    away = nightly.pinged(url, lambda: nightly.night(tunnel, Here("false"), str(session)))
    unreached = nightly.pinged(url, lambda: nightly.night(NoTunnel("host=/nowhere"), there, ""))
    taken = nightly.pinged(url, lambda: nightly.night(tunnel, there, str(session)))

    assert (away, unreached, taken) == (1, 3, 0)
    assert database.ask("select distinct session_date, symbol from derived.signals") == [(session, "SPY")]
    job = "/key-canary/darkpool-nightly"
    assert paths == [f"{job}/start", f"{job}/fail", f"{job}/start", f"{job}/fail", f"{job}/start", job]


def test_a_night_that_is_refused_is_pinged_as_failed(switch):
    url, paths = switch

    def refused():
        raise Refused.because("the server is not reached", "make doctor")

    with pytest.raises(Refused):
        nightly.pinged(url, refused)

    assert [path.rpartition("/")[2] for path in paths] == ["start", "fail"]


@pytest.mark.slow
def test_the_switch_is_read_from_the_vault_and_none_is_none(tmp_path, monkeypatch):
    word = tmp_path / "word"
    word.write_text("the word\n")
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", str(word))
    vault = tmp_path / "production" / VAULT
    vault.parent.mkdir(parents=True)

    for text, url in (
        ('vault_alerts_ping_url: "https://hc.example/k"\n', "https://hc.example/k"),
        ("---\n", ""),
    ):
        Vault(vault, word).write(text)
        assert nightly.ping_url(tmp_path / "production") == url
    nightly.ping("", "start")
