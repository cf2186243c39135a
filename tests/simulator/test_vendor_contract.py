"""Our contract against the vendor's own document and recorded answers, where a checkout of them lies beside ours."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from simulator_contract import PATHS, parameters, problems, required

ROOT = Path(__file__).resolve().parents[2]
VENDOR = Path(os.environ.get("DARKPOOL_VENDOR_API_DIR") or ROOT.parent / "shared" / "api")
DOCUMENTS = sorted(VENDOR.glob("openapi-*.yaml"))
# Whoever has no copy of the vendor's document has nothing to compare with: then nothing here is a test.
__test__ = bool(DOCUMENTS)

# Keys that the document does not have: recorded answers have them, and a recorded answer beats the document.
BEYOND: dict[str, set[str]] = {
    "/api/option-trades/flow-alerts": {
        "ask",
        "bid",
        "end_time",
        "er_time",
        "id",
        "iv_end",
        "iv_start",
        "marketcap",
        "next_earnings_date",
        "rule_id",
        "sector",
        "start_time",
    },
    "/api/stock/{ticker}/flow-recent": {
        "executed_at",
        "id",
        "nbbo_ask",
        "nbbo_bid",
        "option_chain_id",
        "premium",
        "price",
        "size",
        "tags",
        "underlying_symbol",
    },
}
# Which path a recording is of, by the beginning of its name.
RECORDED = {
    "darkpool_": "/api/darkpool/{ticker}",
    "flow_alerts_": "/api/option-trades/flow-alerts",
    "flow_recent_row": "/api/stock/{ticker}/flow-recent",
    "interpolated_iv_": "/api/stock/{ticker}/interpolated-iv",
    "iv_rank_": "/api/stock/{ticker}/iv-rank",
    "volatility_stats_": "/api/stock/{ticker}/volatility/stats",
}
SAMPLES = sorted(VENDOR.glob("samples/*.json"))
BODIES = [sample for sample in SAMPLES if sample.stem != "error_bodies"]


@cache
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(DOCUMENTS[-1].read_text(), yaml.CSafeLoader)
    return loaded


def resolved(node: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        found: Any = document()
        for step in node["$ref"].split("/")[1:]:
            found = found[step]
        node = found
    return node


def operation(path: str) -> dict[str, Any]:
    found: dict[str, Any] = document()["paths"][path]["get"]
    return found


def keys(node: Any) -> set[str]:
    """Every key of a schema's objects and of its examples, at any depth."""
    node = resolved(node)
    if isinstance(node, list):
        return {key for each in node for key in keys(each)}
    if not isinstance(node, dict):
        return set()
    return set(node) | {key for each in node.values() for key in keys(each)}


@pytest.mark.parametrize("path", PATHS)
def test_the_vendor_has_the_path_and_each_of_its_parameters(path: str) -> None:
    theirs = {resolved(parameter)["name"] for parameter in operation(path)["parameters"]}
    assert parameters(path) - theirs == set()


@pytest.mark.parametrize("path", PATHS)
def test_the_vendor_knows_each_key_we_promise_or_a_recording_shows_it(path: str) -> None:
    responses = {str(status): response for status, response in operation(path)["responses"].items()}
    unknown = required(path) - keys(responses["200"])
    assert unknown == BEYOND.get(path, set())


def test_every_recording_belongs_to_a_path() -> None:
    assert len(BODIES) >= len(RECORDED)
    assert [sample.name for sample in BODIES if not sample.name.startswith(tuple(RECORDED))] == []


@pytest.mark.parametrize("sample", BODIES, ids=lambda sample: sample.stem)
def test_a_recorded_answer_keeps_our_contract(sample: Path) -> None:
    path = next(path for start, path in RECORDED.items() if sample.name.startswith(start))
    assert problems(path, json.loads(sample.read_text())["body"]) == []
