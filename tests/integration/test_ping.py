"""The ping itself, against a real HTTP server: where it goes, what it says when nobody answers."""

import subprocess
import sys
from pathlib import Path

import pytest
from receivers import *  # noqa: F403 - a fixture is found where it is imported

PROGRAM = Path(__file__).resolve().parents[2] / "roles/units/files/darkpool_ping.py"


def ping(folder, url, instance):
    (folder / "ping_url").write_text(f"{url}\n")
    return subprocess.run(
        [sys.executable, PROGRAM, instance, folder / "ping_url", folder / "follows"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("instance", "path"),
    [
        ("collector.service:start", "/key-canary/collector/start"),
        ("collector.service:success", "/key-canary/collector"),
        ("collector-stream.service:signal:KILL:fail", "/key-canary/collector-stream/fail"),
        ("postgresql@17-main.service:fail", "/key-canary/postgresql-17-main/fail"),
    ],
)
def test_a_ping_goes_to_the_jobs_own_address(switch, tmp_path, instance, path):
    url, paths = switch
    done = ping(tmp_path, url, instance)
    assert (paths, done.stdout) == ([path], "")


def test_the_two_of_a_pair_share_no_name_and_who_leads_keeps_the_jobs_own(switch, tmp_path):
    url, paths = switch
    ping(tmp_path, url, "darkpool-host.service:success")
    (tmp_path / "follows").write_text("it follows the other one")
    ping(tmp_path, url, "darkpool-host.service:success")
    ping(tmp_path, url, "postgresql@17-main.service:fail")
    names = ["darkpool-host", "darkpool-host-standby", "postgresql-17-main-standby/fail"]
    assert paths == [f"/key-canary/{name}" for name in names]


@pytest.mark.slow
def test_a_ping_that_does_not_arrive_is_said_without_the_secret_and_is_no_failure(tmp_path):
    done = ping(tmp_path, "http://127.0.0.1:9/key-canary", "collector.service:start")
    assert "did not arrive" in done.stdout
    assert "canary" not in done.stdout + done.stderr


def test_without_a_switch_nothing_is_asked(tmp_path):
    assert ping(tmp_path, "", "collector.service:start").stdout == ""
