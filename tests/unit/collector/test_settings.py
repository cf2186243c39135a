"""Settings are refused early, all problems at once, each with its fix."""

from dataclasses import fields

import pytest

from collector.core.errors import SettingsError
from collector.core.settings import CHECKS, PREFIX, Settings, read, shown
from collector.jobs import command, schedule

GOOD = {
    "api_key": "k-123",
    "api_url": "http://simulator:8080",
    "symbols": "SPY, QQQ,BRK.B",
    "feeds": "iv_rank",
    "cadence": "iv_rank=600, market_tide=0",
    "schedule": "0 9-16 * * 1-5",
    "database_dsn": "dbname=x password=hush host=y",
    "http_timeout_s": "7",
    "overlap_s": "0",
    "log_file": "",
    "log_level": "DEBUG",
    "state_dir": "/tmp/state",
    "spool_mb": "10",
    "raw_days": "0",
    "raw_mb": "64",
    "keep_hot_months": "0",
    "keep_hot": "options_flow=12, darkpool_trades=0",
    "thin_after_days": "30",
    "archive_enabled": "False",
    "archive_dir": "/srv/archive",
    "retain_schedule": "30 22 * * 6",
    "clock_offset_s": "-3600",
    "budget_reserve_percent": "25",
    "stream_enabled": "True",
    "stream_channels": "option_trades, flow-alerts",
    "stream_silence_s": "5",
    "alerts_dir": "/srv/alerts",
}
BAD = {
    "api_key": "with blank",
    "api_url": "http://api.example.com",
    "symbols": "spy",
    "feeds": "darkpol",
    "cadence": "iv_rank=often",
    "schedule": "every five minutes",
    "database_dsn": "",
    "http_timeout_s": "0",
    "overlap_s": "5m",
    "log_file": "collector.log",
    "log_level": "loud",
    "state_dir": "",
    "spool_mb": "0",
    "raw_days": "-1",
    "raw_mb": "1.5",
    "keep_hot_months": "2",
    "keep_hot": "options_flow=2",
    "thin_after_days": "1",
    "archive_enabled": "sometimes",
    "archive_dir": "archive",
    "retain_schedule": "every night",
    "clock_offset_s": "1.5",
    "budget_reserve_percent": "51",
    "stream_enabled": "perhaps",
    "stream_channels": "prints",
    "stream_silence_s": "4",
    "alerts_dir": "etc",
}
MORE = {"schedule": schedule.check, "feeds": command.known_feeds, "stream_channels": command.known_channels}


def env(values):
    return {f"{PREFIX}{name.upper()}": value for name, value in values.items()}


def problems(values):
    with pytest.raises(SettingsError) as caught:
        read(env(values), MORE)
    return caught.value.problems


def test_every_setting_has_a_check_a_good_and_a_bad_example():
    names = {field.name for field in fields(Settings)}
    assert names == set(CHECKS) == set(GOOD) == set(BAD)


def test_every_setting_is_read_from_its_own_name():
    settings = read(env(GOOD), MORE)
    assert settings.symbols == ("SPY", "QQQ", "BRK.B")
    assert (settings.http_timeout_s, settings.overlap_s, settings.clock_offset_s) == (7, 0, -3600)
    assert (settings.log_file, settings.log_level, settings.feeds) == ("", "debug", ("iv_rank",))
    for name in set(GOOD) - {"api_url"}:
        changed = {key: value for key, value in GOOD.items() if key != name or name == "api_key"}
        default = getattr(read(env(changed), MORE), name)
        assert name == "api_key" or default != getattr(settings, name), name


def test_all_problems_are_told_at_once():
    found = problems(BAD)
    assert len(found) == len(BAD)
    for name in BAD:
        assert any(problem.startswith(f"{PREFIX}{name.upper()}") for problem in found), name


@pytest.mark.parametrize("name", BAD)
def test_each_problem_alone_is_refused(name):
    (problem,) = problems({**GOOD, name: BAD[name]})
    assert problem.startswith(f"{PREFIX}{name.upper()}")


def test_a_missing_key_is_told_with_its_fix():
    assert problems({}) == ["COLLECTOR_API_KEY is missing: put your Unusual Whales API key there"]


def test_an_unknown_name_is_told_with_the_nearest_known_one():
    (problem,) = problems({**GOOD, "symbol": "SPY"})
    assert problem == "COLLECTOR_SYMBOL is not a setting: did you mean COLLECTOR_SYMBOLS?"


def test_other_programs_variables_are_left_alone():
    assert read({**env(GOOD), "PATH": "/bin", "MY_COLLECTOR_X": "1"}).api_key == "k-123"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://[::1]:80", "http://10.1.2.3", "http://localhost"]
)
def test_plain_http_is_allowed_to_near_addresses(url):
    assert read(env({**GOOD, "api_url": url})).api_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://8.8.8.8",
        "ftp://x",
        "https://",
        "https://key@host",
        "https://host/?a=1",
        "nonsense",
        "http://api.unusualwhales.com",
    ],
)
def test_the_key_is_never_sent_in_the_clear_or_to_nonsense(url):
    (problem,) = problems({**GOOD, "api_url": url, "clock_offset_s": "0"})
    assert "COLLECTOR_API_URL" in problem


@pytest.mark.parametrize("url", ["https://api.unusualwhales.com", "https://API.UnusualWhales.com/"])
def test_the_clock_is_never_moved_against_the_vendor(url):
    (problem,) = problems({**GOOD, "api_url": url})
    assert "COLLECTOR_CLOCK_OFFSET_S" in problem
    values = {"api_key": "k", "clock_offset_s": "60"}
    assert "COLLECTOR_CLOCK_OFFSET_S" in problems(values)[0]


def test_what_is_shown_has_no_secret():
    text = str(shown(read(env(GOOD))))
    assert "k-123" not in text
    assert "hush" not in text
    url = shown(read(env({**GOOD, "database_dsn": "postgresql://me:hush@host/db"})))["database_dsn"]
    assert url == "postgresql://me:***@host/db"


@pytest.mark.parametrize("text", ["0 0 31 2 x", "61 * * * *", "* * * *", "@daily"])
def test_a_schedule_that_cron_could_not_read_is_refused(text):
    assert "COLLECTOR_SCHEDULE" in problems({**GOOD, "schedule": text})[0]
