"""After a restore the repositories learn to know the cluster, also while PostgreSQL's archiver holds their lock."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROLES = Path(__file__).resolve().parents[2] / "roles"
BUSY = "ERROR: [050]: unable to acquire lock on file '/var/spool/pgbackrest/lock/darkpool-archive.lock'"
# Answers as pgBackRest does on a new server, whose repositories knew another cluster.
ANSWERS = """#!/bin/sh
echo "$3" >>{called}
[ "$3" = stanza-upgrade ] || {{ echo "ERROR: [028]: do not match the database" >&2; exit 28; }}
[ "$(grep -c upgrade {called})" -gt {busy} ] || {{ echo "{said}" >&2; exit 50; }}
"""


@pytest.fixture
def library(monkeypatch):
    """The role's modules, as they lie beside each other on the server; afterwards they are unknown again."""
    known = set(sys.modules)
    for role in ("backup", "pgbackrest"):
        monkeypatch.syspath_prepend(str(ROLES / role / "files/lib"))
    import repository  # noqa: PLC0415 - found by the lines above
    import restore  # noqa: PLC0415 - same

    monkeypatch.setattr(repository, "PAUSE_S", 0)
    yield SimpleNamespace(repository=repository, restore=restore)
    for name in set(sys.modules) - known:
        del sys.modules[name]


@pytest.fixture
def called(library, monkeypatch, tmp_path):
    """Let a program answer in the place of pgBackRest's; give how it was called."""

    def answering(busy, said=BUSY):
        program, log = tmp_path / "pgbackrest", tmp_path / "called"
        program.write_text(ANSWERS.format(called=log, busy=busy, said=said))
        program.chmod(0o755)
        monkeypatch.setattr(library.repository, "program", lambda _: [str(program), "--config=none"])
        monkeypatch.setattr(os, "geteuid", lambda: 1)
        return lambda: log.read_text().split()

    return answering


def test_an_archiver_that_holds_the_lock_is_waited_for(library, called):
    words = called(busy=2)
    library.restore.known_again(SimpleNamespace(stanza="darkpool"))
    assert words() == ["stanza-create", *["stanza-upgrade"] * 3]


def test_what_is_wrong_otherwise_is_said_at_once(library, called):
    words = called(busy=1, said="ERROR: [099]: no space left")
    with pytest.raises(library.repository.BackupError, match="no space left"):
        library.restore.known_again(SimpleNamespace(stanza="darkpool"))
    assert words() == ["stanza-create", "stanza-upgrade"]
