"""The table of tests/fixtures/metrics_rules.yml as promtool's own tests: each rule is quiet, fires, and is over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
RULES = sorted((ROOT / "roles/metrics/files/rules").glob("*.yml"))
TABLE: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "tests/fixtures/metrics_rules.yml").read_text())
EVERY = "1m"


def rules() -> dict[str, dict[str, Any]]:
    """Every alert of every file, by its name."""
    files = [yaml.safe_load(path.read_text()) for path in RULES]
    return {rule["alert"]: rule for file in files for group in file["groups"] for rule in group["rules"]}


def files_for(every: str) -> dict[str, str]:
    """Promtool's test file of the rules whose numbers come each `every`, and these rules alone: all take a minute."""
    groups = [{"name": "played", "rules": [rules()[name] for name in plays_of(every)]}]
    return {"rules.yml": yaml.safe_dump({"groups": groups}, width=200), "played.yml": played(every)}


def plays_of(every: str) -> list[str]:
    """The rules whose numbers come each `every`."""
    return [name for name, one in TABLE.items() if one.get("every", EVERY) == every]


def played(every: str) -> str:
    """What promtool shall show them, and what it shall find."""
    tests = [test for name in plays_of(every) for test in played_one(name, TABLE[name], every)]
    return yaml.safe_dump(
        {"rule_files": ["rules.yml"], "evaluation_interval": every, "tests": tests}, width=200
    )


def played_one(name: str, one: dict[str, Any], every: str) -> list[dict[str, Any]]:
    """Two plays of one rule: what makes it fire, and what does not."""
    fires = one["times"][1]
    plays = [(one["series"], list(zip(one["times"], (0, 1, 0), strict=True)))]
    plays += [(one["not"], [(fires, 0)])] if "not" in one else []
    return [
        {
            "interval": every,
            "input_series": [{"series": series, "values": values} for series, values in numbers.items()],
            "promql_expr_test": [asked(name, at, firing) for at, firing in times],
        }
        for numbers, times in plays
    ]


def asked(name: str, at: str, firing: int) -> dict[str, Any]:
    """How many alerts of this name fire at a time."""
    firing_now = f'count(ALERTS{{alertname="{name}",alertstate="firing"}}) or vector(0)'
    return {"expr": firing_now, "eval_time": at, "exp_samples": [{"labels": "{}", "value": firing}]}
