#!/usr/bin/env python3
"""Record that a unit failed: what, when, how, how often since it last worked, and its last lines.

systemd starts this: for a job through OnFailure=, for a service that stays at each death; its name then carries
how it ended (UNIT:RESULT:STATUS). One file a unit, so there are never more files than units.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

LONGEST_LINE = 300


def main() -> None:
    """Take the unit, the folder of records and the number of lines from the command line."""
    (unit, *how), folder, lines = sys.argv[1].split(":"), Path(sys.argv[2]), int(sys.argv[3])
    path = folder / f"{unit}.json"
    result, status = how or asked(unit)
    record = {
        "unit": unit,
        "result": result,
        "exit_status": int(status) if status.isdigit() else status,
        "failed_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),  # noqa: TID251 -- not part of the collector
        "log": last_lines(unit, lines),
        "count": count_of(path) + 1,
    }
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    fresh.chmod(0o640)
    fresh.replace(path)
    # <2> is the journal's priority for what a person must look at.
    sys.stdout.write(
        f"<2>{unit} failed ({result}, exit status {status}), {record['count']} in a row: "
        f"see journalctl -u {unit} or {path}\n"
    )


def asked(unit: str) -> list[str]:
    """Ask systemd how the unit ended."""
    shown = output("systemctl", "show", unit, "--property=Result,ExecMainStatus")
    told = dict(line.split("=", 1) for line in shown.splitlines())
    return [told["Result"], told.get("ExecMainStatus", "0")]


def last_lines(unit: str, lines: int) -> list[str]:
    """Ask the journal what the unit said."""
    said = output("journalctl", f"--unit={unit}", f"--lines={lines}", "--output=cat", "--no-pager")
    return [line[:LONGEST_LINE] for line in said.splitlines()]


def count_of(path: Path) -> int:
    """How often it failed in a row before; a record that cannot be read must not lose the new one."""
    try:
        return int(json.loads(path.read_text(encoding="utf-8"))["count"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def output(*words: str) -> str:
    """What a command says."""
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=30).stdout


if __name__ == "__main__":
    main()
