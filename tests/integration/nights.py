"""The night's two halves, as processes: what the laptop computes, and what the server stores of it."""

import contextlib
import io
import os
import subprocess
import sys
from datetime import datetime, timezone

from analysed import ROOT

from analysis import cli

EVENING = "2026-11-20T22:30:00-05:00"


def asked(database, *words):
    """The analysis in this process, which has loaded pandas already: its exit code, and what it said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = cli.main([*words, "--dsn", database.dsn("analyst")])
    return code, said.getvalue()


def compute(database, folder, *more, now=EVENING):
    """`analysis nightly`; what it said, and the file of lines."""
    out = folder / "night.jsonl"
    places = ("--keep", out, "--reports", folder / "reports", "--trials", folder / "trials.jsonl")
    code, said = asked(database, "nightly", *map(str, places), "--now", now, *more)
    assert code == 0, said
    return said, out.read_text()


def keep(collector, text, at="2026-11-20T22:31:00-05:00"):
    """`collector keep`, by the server's clock."""
    moved = round((datetime.fromisoformat(at) - datetime.now(timezone.utc)).total_seconds())
    return subprocess.run(
        [sys.executable, "-m", "collector", "keep", "--env-file", "/dev/null"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **collector.settings, "COLLECTOR_CLOCK_OFFSET_S": str(moved)},
        input=text,
        text=True,
        capture_output=True,
        check=False,
    )


def night(database, collector, folder, *more, now=EVENING, at="2026-11-20T22:31:00-05:00"):
    """Both; what was said."""
    said, lines = compute(database, folder, *more, now=now)
    done = keep(collector, lines, at)
    assert done.returncode == 0, done.stdout + done.stderr
    return said + done.stdout
