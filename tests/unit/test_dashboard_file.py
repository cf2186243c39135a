"""The dashboard for Grafana: whole, no two panels in one place, no question about what nobody writes."""

import os
import shutil
import subprocess
from itertools import combinations

import pytest
import yaml
from house import ROOT

from tests.infra.dashboard import dashboard, metrics, questions

PROMTOOL = os.environ.get("PROMTOOL") or shutil.which("promtool")


def panels():
    return dashboard()["panels"]


def test_each_panel_has_a_number_a_title_and_a_place_of_its_own():
    assert len({panel["id"] for panel in panels()}) == len(panels()) > 25
    assert all(panel["title"] for panel in panels())
    places = [panel["gridPos"] for panel in panels()]
    assert max(one["x"] + one["w"] for one in places) <= 24
    crossed = [
        (a, b)
        for a, b in combinations(places, 2)
        if a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"]
        and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]
    ]  # fmt: skip
    assert crossed == []


def test_each_panel_that_is_no_headline_asks_something_of_the_chosen_source():
    asking = [panel for panel in panels() if panel["type"] != "row"]
    assert [panel["title"] for panel in asking if not all(one["expr"] for one in panel["targets"])] == []
    assert {one["datasource"]["uid"] for panel in asking for one in panel["targets"]} == {"${source}"}


def test_what_it_asks_of_the_collector_is_what_the_collector_tells():
    told = (ROOT / "collector/jobs/page/metrics.py").read_text()
    asked = {name for one in questions() for name in metrics(one) if name.startswith("darkpool_")}
    assert len(asked) > 10
    assert {name for name in asked if f'"{name.removeprefix("darkpool_")}"' not in told} == set()


@pytest.mark.skipif(not PROMTOOL, reason="promtool is not here: molecule/metrics asks a real Prometheus")
def test_promtool_understands_each_question(tmp_path):
    rules = [{"record": f"asked:{number}", "expr": one} for number, one in enumerate(questions())]
    made = {"groups": [{"name": "asked", "rules": rules}]}
    path = tmp_path / "questions.yml"
    path.write_text(yaml.safe_dump(made))
    done = subprocess.run([PROMTOOL, "check", "rules", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rules)} rules found" in done.stdout
