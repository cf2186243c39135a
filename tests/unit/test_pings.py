"""No job and no service falls silent unnoticed: each scheduled thing carries the hooks by which it is pinged."""

import re

import jinja2
import pytest
import yaml
from house import ROOT, name

CRON = sorted((ROOT / "roles").glob("*/templates/*.cron.j2"))
STARTED = re.compile(r"root systemctl start (\S+)\.service")
SERVICES = sorted((ROOT / "roles").glob("*/templates/*.service.j2"))
UNITS = yaml.safe_load((ROOT / "roles/units/vars/main.yml").read_text())


def hook(which: str, url: str) -> str:
    """The lines that a unit gets, as Ansible would fill them in."""
    values = {key: value for key, value in UNITS.items() if isinstance(value, str)}
    text = values[which]
    for _ in range(3):
        text = jinja2.Template(text).render({**values, "units_ping_url": url})
    return text


def test_cron_starts_something():
    assert len(CRON) >= 4


@pytest.mark.parametrize("path", CRON, ids=name)
def test_what_cron_starts_is_a_unit_of_the_same_role_that_pings(path):
    started = STARTED.findall(path.read_text())
    assert started, "starts no unit: then nobody notices when it is silent"
    for unit in started:
        assert "{{ __units_job_hook }}" in (path.parent / f"{unit}.service.j2").read_text(), unit


@pytest.mark.parametrize("path", SERVICES, ids=name)
def test_what_stays_pings_too(path):
    text = path.read_text()
    if "Restart=always" in text:
        assert "{{ __units_service_hook }}" in text
        assert "{{ __units_death_hook }}" in text


@pytest.mark.parametrize(
    ("which", "pinged"),
    [
        ("__units_job_hook", "Wants=darkpool-ping@%n:start.service"),
        ("__units_service_hook", "Wants=darkpool-alive@%n.timer darkpool-ping@%n:start.service"),
    ],
)
def test_the_hooks_ping_where_there_is_a_switch_and_else_not(which, pinged):
    assert pinged in hook(which, "https://hc-ping.com/key").splitlines()
    assert "ping" not in hook(which, "")


@pytest.mark.parametrize(("unit", "event"), [("darkpool-failed", "fail"), ("darkpool-recovered", "success")])
def test_its_end_is_pinged_where_its_record_is_kept_or_forgotten(unit, event):
    text = (ROOT / f"roles/units/templates/{unit}@.service.j2").read_text()
    assert f"Wants=darkpool-ping@%i:{event}.service" in text
