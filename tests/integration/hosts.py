"""What role `status` writes down, by its real program, of folders that a test makes."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "roles/status/files/darkpool_host.py"
GOOD = {
    "at": "2026-11-14T12:05:00+00:00",
    "ok": True,
    "seconds": 41,
    "loss_s": 0,
    "backup": "20261113-204500F",
}


def looked(folder, drills=(GOOD,), tracking="A2B3,time,3,1795000000.1,0.000412,0,0", failures=(), options=()):
    """The folder's host.json, looked at now."""
    for name in ("dumps/darkpool-20261119T013000Z", "physical/darkpool/20261119-204500F", "failures", "host"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for at, name in (
        (1763516000, "dumps/darkpool-20261119T013000Z"),
        (1763517000, "physical/darkpool/20261119-204500F"),
    ):
        os.utime(folder / name, (at, at))
    (folder / "drills.jsonl").write_text("".join(json.dumps(one) + "\n" for one in drills) + '{"at": "cut')
    (folder / "tracking").write_text(tracking)
    for unit in failures:
        (folder / "failures" / f"{unit}.json").write_text("{}")
    places = {"file": "host/host.json", "dumps": "dumps", "physical": "physical", "drills": "drills.jsonl"}
    places |= {"failures": "failures", "tracking": "tracking", "updates": "updates"}
    given = [word for name, place in places.items() for word in (f"--{name}", folder / place)]
    subprocess.run([sys.executable, PROGRAM, *given, *options, folder, "/nonexistent"], check=True)
    return folder / "host/host.json"
