"""What the dashboard asks: its questions, and the names of the metrics in them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[2] / "roles/metrics/files/darkpool.json"
# Grafana's own, filled in before it asks.
RATE = "$__rate_interval"
NAME = re.compile(r"\b(?:darkpool|node|pg|up|ALERTS)\b|\b(?:darkpool|node|pg)_\w+")


def dashboard() -> dict[str, Any]:
    """The file."""
    found: dict[str, Any] = json.loads(FILE.read_text())
    return found


def questions() -> list[str]:
    """Every PromQL expression, as Prometheus gets it."""
    return [
        target["expr"].replace(RATE, "5m")
        for panel in dashboard()["panels"]
        for target in panel.get("targets", [])
    ]


def metrics(question: str) -> set[str]:
    """The metrics that it names; what stands in quotes is a label's value."""
    return {name for name in NAME.findall(re.sub(r'"[^"]*"', "", question)) if "_" in name}
