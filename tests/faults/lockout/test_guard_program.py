"""What the guard does when the server is not as it expects: it is root, and it is the last way back in."""

import argparse
import importlib.util
import json
import os
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[3] / "roles/guard/files/darkpool_guard.py"


@pytest.fixture(scope="module")
def guard():
    specification = importlib.util.spec_from_file_location("darkpool_guard", PROGRAM)
    program = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(program)
    return program


class Server:
    """Some files that are guarded, and a copy of them that waits to be put back."""

    def __init__(self, guard, folder):
        self.guard = guard
        self.state = folder / "state"
        self.state.mkdir()
        self.config = folder / "guard.json"

    def arms(self, *files, before=(), after=()):
        self.config.write_text(json.dumps({"files": [*map(str, files)], "before": before, "after": after}))
        self.guard.take([*map(str, files)], self.state / "armed")

    def does(self, command, **words):
        given = {"files_only": False, "again": False, **words}
        getattr(self.guard, command)(argparse.Namespace(config=self.config, state=self.state, **given))

    def is_armed(self):
        return (self.state / "armed").exists()


@pytest.fixture
def server(guard, tmp_path):
    return Server(guard, tmp_path)


@pytest.fixture
def keys(tmp_path):
    """A person's keys, which that person may replace by anything."""
    path = tmp_path / "home/ann/.ssh/authorized_keys"
    path.parent.mkdir(parents=True)
    path.write_text("a key")
    path.chmod(0o600)
    return path


def test_what_is_put_back_is_what_was_there_to_the_last_bit(server, keys, tmp_path):
    added = tmp_path / "added"
    server.arms(keys, added)
    keys.write_text("another key")
    keys.chmod(0o666)
    added.write_text("new")
    server.does("revert")
    assert (keys.read_text(), keys.stat().st_mode & 0o7777) == ("a key", 0o600)
    assert not added.exists()
    assert not server.is_armed()


def test_a_folder_turned_into_a_link_does_not_lead_the_guard_into_the_systems_files(
    server, keys, tmp_path, guard
):
    system = tmp_path / "etc/apt.conf.d"
    system.mkdir(parents=True)
    server.arms(tmp_path / "home/*/.ssh/authorized_keys")
    keys.parent.rename(tmp_path / "aside")
    keys.parent.symlink_to(system)
    with pytest.raises(guard.GuardError, match="authorized_keys"):
        server.does("revert")
    assert list(system.iterdir()) == []


def test_keys_that_are_a_link_are_neither_copied_nor_removed(server, keys, tmp_path):
    secret = tmp_path / "secret"
    keys.rename(secret)
    keys.symlink_to(secret)
    server.arms(tmp_path / "home/*/.ssh/authorized_keys")
    assert [path.name for path in (server.state / "armed").iterdir()] == ["manifest.json"]
    server.does("revert")
    assert keys.is_symlink()


def test_one_file_that_cannot_be_put_back_keeps_nothing_else_from_it(server, keys, tmp_path, guard):
    first = tmp_path / "a-first"
    first.write_text("first")
    server.arms(first, keys, before=["true"], after=[f"touch {tmp_path}/started"])
    first.unlink()
    first.mkdir()
    keys.write_text("another key")
    with pytest.raises(guard.GuardError, match="a-first"):
        server.does("revert")
    assert keys.read_text() == "a key"
    assert (tmp_path / "started").exists(), "the firewall was stopped, and nobody started it again"
    assert server.is_armed()
    first.rmdir()
    server.does("revert")
    assert first.read_text() == "first"


def test_at_boot_the_copy_stays_until_the_services_were_told(server, keys, tmp_path):
    server.arms(keys, after=[f"touch {tmp_path}/told"])
    keys.write_text("another key")
    server.does("revert", files_only=True)
    assert keys.read_text() == "a key"
    assert server.is_armed()
    assert not (tmp_path / "told").exists()
    server.does("revert")
    assert (tmp_path / "told").exists()
    assert not server.is_armed()


def test_whoever_comes_too_late_hears_that_the_change_is_gone(server, keys, guard):
    server.arms(keys)
    server.does("revert")
    with pytest.raises(guard.GuardError, match="put back already"):
        server.does("keep")


def test_what_a_run_changes_after_its_clock_ran_out_is_put_back_when_it_asks(server, keys):
    server.arms(keys)
    server.does("revert")
    keys.write_text("another key")
    server.does("revert")
    assert keys.read_text() == "another key", "nothing is armed: only who asks for it gets it"
    server.does("revert", again=True)
    assert keys.read_text() == "a key"
    keys.write_text("a later key")
    server.does("revert", again=True)
    assert keys.read_text() == "a later key", "it was put back for good"


def test_a_copy_without_a_clock_is_not_left_behind(server, keys, guard, tmp_path, monkeypatch):
    broken = tmp_path / "bin"
    broken.mkdir()
    (broken / "systemctl").write_text("#!/bin/sh\necho no such unit >&2\nexit 5\n")
    (broken / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken}{os.pathsep}{os.environ['PATH']}")
    server.config.write_text(json.dumps({"files": [str(keys)], "revert_after_s": 40}))
    with pytest.raises(guard.GuardError, match="no such unit"):
        server.does("arm")
    assert not server.is_armed()
