"""The simulator's own contract as a judge of answers: what in a body is not as promised."""

import json
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FOLDER = Path(__file__).resolve().parents[2] / "simulator"
LOADED = {
    name: yaml.safe_load((FOLDER / name).read_text()) for name in ("contract.yaml", "contract_rows.yaml")
}
PATHS: dict[str, Any] = LOADED["contract.yaml"]["paths"]
ROWS: dict[str, Any] = LOADED["contract_rows.yaml"]
REGISTRY = Registry().with_resources(
    (name, Resource(contents, DRAFT202012)) for name, contents in LOADED.items()
)
VALUES = {"{ticker}": "SPY", "{sector}": "Real Estate", "{candle_size}": "1m"}
MOST_PROBLEMS = 5


def filled(path: str) -> str:
    """The path with a value for each brace."""
    for brace, value in VALUES.items():
        path = path.replace(brace, value)
    return path


def schema(path: str) -> dict[str, Any]:
    """The schema of the answer of a path with its braces."""
    name = PATHS[path]["get"]["responses"]["200"]["$ref"].rpartition("/")[2]
    response = LOADED["contract.yaml"]["components"]["responses"][name]
    found: dict[str, Any] = response["content"]["application/json"]["schema"]
    return found


def row_names(path: str) -> set[str]:
    """The rows that an answer of the path is made of."""
    words = json.dumps(schema(path)).split('"contract_rows.yaml#/')[1:]
    return {word.partition('"')[0] for word in words}


def problems(path: str, body: Any) -> list[str]:
    """Where and why the body is not what the contract says; at most a few."""
    judge = Draft202012Validator(schema(path), registry=REGISTRY)
    return [f"{error.json_path}: {error.message}" for error in judge.iter_errors(body)][:MOST_PROBLEMS]


def parameters(path: str) -> set[str]:
    """Names of what the path takes."""
    return {parameter["name"] for parameter in PATHS[path]["get"]["parameters"]}


def required(path: str) -> set[str]:
    """Keys that each row of the path has."""
    return {key for name in row_names(path) for key in ROWS[name].get("required", ())}
