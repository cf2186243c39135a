"""The dashboard as `make dashboard` starts it: a process, and the address that it printed."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def running(dsn):
    """Its address, which ends in a slash; Ctrl-C ends it."""
    process = subprocess.Popen(
        # Tests that run in the background pass on that Ctrl-C is to be ignored.
        ["env", "--default-signal=INT", sys.executable, "-m", "analysis", "dashboard"],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "ANALYSIS_DSN": dsn, "PYTHONUNBUFFERED": "1"},
    )
    try:
        first = process.stdout.readline()
        assert first.startswith("The dashboard is at http://127.0.0.1:"), process.stderr.read()
        yield first.split()[-1]
    finally:
        process.send_signal(signal.SIGINT)
        try:
            said = process.communicate(timeout=20)[1]
        finally:
            process.kill()
        assert (process.returncode, said) == (0, "")


def visit(address, page="", method="GET", **headers):
    """Status, headers and text of one page."""
    where = urlsplit(address)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
    connection.request(method, page if page.startswith("/") else where.path + page, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, text
