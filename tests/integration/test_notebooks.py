"""Every notebook runs from top to bottom on a day that the real collector took, and ends with an answer."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
DAY = "2026-11-20"


@pytest.fixture
def collected(simulator, collector, database):
    collector.settings["COLLECTOR_FEEDS"] += ",ohlc_1m,net_prem_ticks"
    done = collector.at(simulator, f"{DAY}T21:05:03-05:00")
    assert done.returncode == 0, done.stdout + done.stderr
    return database


def run(path, database, monkeypatch):
    monkeypatch.setenv("ANALYSIS_DSN", database.dsn("analyst"))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": ROOT}}
    ).execute()
    return "".join(output.get("text", "") for output in notebook.cells[-1].outputs)


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_runs_on_a_collected_day_and_ends_with_its_uncertainty(path, collected, monkeypatch):
    answer = run(path, collected, monkeypatch)

    assert "95 % interval" in answer
