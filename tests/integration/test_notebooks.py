"""Every notebook runs from top to bottom on a day that the real collector took, and ends with an answer."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from test_analysis_backtest import put_history

ROOT = Path(__file__).resolve().parents[2]
DAY = "2026-11-20"


@pytest.fixture
def collected(simulator, collector, database):
    collector.settings["COLLECTOR_FEEDS"] += ",ohlc_1m,net_prem_ticks,sector_tide"
    done = collector.at(simulator, f"{DAY}T21:05:03-05:00")
    assert done.returncode == 0, done.stdout + done.stderr
    return database


def run(path, database, monkeypatch, tmp_path):
    monkeypatch.setenv("ANALYSIS_DSN", database.dsn("analyst"))
    monkeypatch.setenv("ANALYSIS_TRIALS", str(tmp_path / "trials.jsonl"))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": ROOT}}
    ).execute()
    return "".join(output.get("text", "") for output in notebook.cells[-1].outputs)


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_runs_on_a_collected_day_and_ends_with_its_uncertainty(
    path, collected, monkeypatch, tmp_path
):
    answer = run(path, collected, monkeypatch, tmp_path)

    assert "95 % interval" in answer


@pytest.mark.slow
@pytest.mark.parametrize(("effect", "conclusion"), [(0.02, "bullish_flow"), (0.0, "no rule")])
def test_the_backtests_notebook_finds_what_was_put_there_and_nothing_besides(
    effect, conclusion, database, monkeypatch, tmp_path
):
    put_history(database, effect)
    answer = run(ROOT / "notebooks/did-any-rule-earn-money.ipynb", database, monkeypatch, tmp_path)

    assert answer.endswith(f"{conclusion} shows evidence of an edge after costs.\n")
    assert "sessions, " in answer
    assert (tmp_path / "trials.jsonl").read_text().count('"rule": "bullish_flow"') == 1
