"""What the laptop does with its known_hosts while a server changes its key: it is a person's file, with more in it."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[3] / "roles/connection/files/known_hosts.py"
OLD, NEW, OTHER = ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + letter * 43 for letter in "ABC")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "with a blank" / "known_hosts"
    path.parent.mkdir()
    path.write_text("")
    return path


def follows(file, step, old=OLD, new=NEW):
    """Take a step for a server that nobody can reach."""
    ssh = ["ssh", "-F", "/dev/null", "-o", f'UserKnownHostsFile="{file}"', "-p", "9", "127.0.0.1"]
    done = subprocess.run(
        [sys.executable, PROGRAM, step, old, new, "--", *ssh], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_the_new_key_stands_beside_the_old_one_whatever_the_server_is_called(file):
    lines = ["# mine", f"one,203.0.113.5 {OLD} a comment", "", f"|1|aGFzaA==|aGFzaA== {OLD}", f"two {OTHER}"]
    file.write_text("\n".join(lines))
    assert follows(file, "pin") == (0, "changed\n")
    after = [*lines[:2], f"one,203.0.113.5 {NEW}", *lines[2:4], f"|1|aGFzaA==|aGFzaA== {NEW}", lines[4]]
    assert file.read_text().splitlines() == after
    assert follows(file, "pin") == (0, "unchanged\n")
    assert file.read_text().splitlines() == after


def test_a_key_that_its_owner_has_revoked_is_not_pinned(file):
    file.write_text(f"@revoked one {OLD}\n")
    code, said = follows(file, "pin")
    assert code != 0
    assert "write it into the inventory's known_hosts" in said
    assert file.read_text() == f"@revoked one {OLD}\n"


def test_the_old_key_stays_as_long_as_the_new_one_is_not_shown(file):
    file.write_text(f"one {OLD}\none {NEW}\n")
    code, said = follows(file, "settle")
    assert code != 0
    assert "stay pinned: run it again" in said
    assert file.read_text() == f"one {OLD}\none {NEW}\n"


def test_a_key_that_takes_its_own_place_is_refused(file):
    file.write_text(f"one {OLD}\n")
    for step in ("pin", "settle"):
        assert follows(file, step, new=OLD)[0] != 0
        assert file.read_text() == f"one {OLD}\n"


def test_a_link_stays_a_link_and_rights_stay_rights(file, tmp_path):
    kept = tmp_path / "kept"
    kept.write_text(f"one {OLD}\n")
    kept.chmod(0o640)
    file.unlink()
    file.symlink_to(kept)
    assert follows(file, "pin")[0] == 0
    assert file.is_symlink()
    assert kept.stat().st_mode & 0o7777 == 0o640
    assert kept.read_text() == f"one {OLD}\none {NEW}\n"


def test_servers_that_change_their_keys_at_once_lose_no_line_in_a_file_that_they_share(file):
    keys = [f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{number:043d}" for number in range(8)]
    file.write_text("".join(f"host-{number} {key}\n" for number, key in enumerate(keys)))
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda key: follows(file, "pin", key, key.replace("AAAAI0", "AAAAI9")), keys))
    assert [code for code, _ in codes] == [0] * 8
    assert len(file.read_text().splitlines()) == 16
