"""The words of the command line, where settings come from, and what is never loaded."""

import os
import subprocess
import sys

import pytest
from embedded import ROOT

from collector.jobs.commands import ALL

GROUPS = {
    "alerts": ("list", "mute", "ack", "try", "test", "deliver"),
    "quarantine": ("list", "show", "replay"),
    "raw": ("list", "show", "replay"),
}
WORDS = tuple(word.name for word in ALL if word.name not in GROUPS)


def collector(*words, **environment):
    return subprocess.run(
        [sys.executable, "-m", "collector", *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_help_names_every_command_and_every_exit_code():
    text = collector("--help").stdout
    assert all(f"    {word} " in text for word in (*WORDS, *GROUPS))
    assert all(f"\n  {code}  " in text for code in range(5))


@pytest.mark.parametrize("word", WORDS)
def test_each_command_has_help_of_its_own(word):
    done = collector(word, "--help")
    assert done.returncode == 0
    assert "--env-file" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
def test_a_group_of_commands_names_each_of_them_and_wants_one(group):
    text = collector(group, "--help").stdout
    assert all(f"    {word} " in text for word in GROUPS[group])
    assert all("--env-file" in collector(group, word, "--help").stdout for word in GROUPS[group])
    assert collector(group).returncode == 2


@pytest.mark.parametrize("word", ALL, ids=lambda word: word.name)
def test_a_word_is_what_its_module_says(word):
    command = word.load()
    assert (command.name, command.help) == (word.name, word.help)


def test_the_version_is_told():
    assert collector("--version").stdout.startswith("collector ")


def test_a_command_is_required():
    assert collector().returncode == 2


def test_later_files_beat_earlier_ones_and_the_environment_beats_all(tmp_path):
    first, second = tmp_path / "collector.env", tmp_path / "secrets.env"
    first.write_text(
        '# words\nCOLLECTOR_SYMBOLS="SPY,IWM"\nCOLLECTOR_OVERLAP_S=60\nCOLLECTOR_HTTP_TIMEOUT_S=5\n'
    )
    second.write_text("COLLECTOR_API_KEY='a$b#${HOME}'\nCOLLECTOR_OVERLAP_S=61\n")
    files = ("--env-file", str(first), "--env-file", str(second))
    done = collector("settings", *files, COLLECTOR_HTTP_TIMEOUT_S="6")
    assert done.returncode == 0, done.stderr
    shown = dict(line.split(None, 1) for line in done.stdout.splitlines() if len(line.split()) > 1)
    assert (shown["symbols"], shown["overlap_s"], shown["http_timeout_s"]) == ("SPY,IWM", "61", "6")
    assert "a$b" not in done.stdout


def test_a_dollar_in_a_value_is_a_dollar(tmp_path):
    file = tmp_path / "x.env"
    file.write_text("COLLECTOR_API_KEY=k\nCOLLECTOR_STATE_DIR=/x/$HOME/${PATH}\n")
    assert "/x/$HOME/${PATH}" in collector("settings", "--env-file", str(file)).stdout


def test_an_env_file_that_is_not_there_is_a_wrong_setting(tmp_path):
    done = collector("settings", "--env-file", str(tmp_path / "none.env"))
    assert done.returncode == 2
    assert "does not exist" in done.stderr


def test_migrate_needs_no_settings_when_it_is_told_where(empty_database):
    done = collector("migrate", "--dsn", empty_database.dsn("darkpool_migrator"))
    assert done.returncode == 0, done.stderr
    assert "applied 0001_trading.sql" in done.stdout
    again = collector("migrate", "--dsn", empty_database.dsn("darkpool_migrator"))
    assert "0 new" in again.stdout
    assert collector("migrate", "--dsn", "host=/nonexistent dbname=x").returncode == 3


def test_what_runs_on_the_server_never_loads_what_only_the_laptop_has():
    program = "import sys, collector.cli; print(sorted({'pandas', 'numpy', 'aiohttp', 'analysis'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
