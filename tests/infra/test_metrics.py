"""What measures: on loopback alone, in its sandbox, true; the rules hold, who is to know knows, what is off is gone."""

from __future__ import annotations

import json
import re
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.infra.dashboard import metrics, questions
from tests.infra.our_units import root, shown
from tests.infra.played_rules import files_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from testinfra.host import Host

PORTS = {
    "prometheus-node-exporter": 9100,
    "prometheus-postgres-exporter": 9187,
    "prometheus": 9090,
    "prometheus-alertmanager": 9093,
}
# A server has no curl.
FETCH = (
    "import sys, urllib.request as u; sys.stdout.write(u.urlopen(sys.argv[1], timeout=30).read().decode())"
)
MOST_EXPOSED = 1.2
FOLDER = "/etc/darkpool/metrics"
HOOK, MAIL, HEARD = 8899, 8825, "/run/drill-of-metrics.jsonl"
UNIT = "drill-of-metrics.service"
RECORD = f"/var/lib/darkpool/failures/{UNIT}.json"
# A pair or months of archive are not on every server, and alerts are not always there.
NOT_EVERYWHERE = {"pg_follower_lag_seconds", "darkpool_requests_refused", "darkpool_clock_offset_seconds"}
NOT_EVERYWHERE |= {
    "darkpool_security_updates",
    "darkpool_drill_good_timestamp_seconds",
    "darkpool_backup_timestamp_seconds",
}


@pytest.fixture(scope="module")
def on(host: Host) -> set[str]:
    """The services that are switched on here."""
    found = root(host, "ls -d /etc/systemd/system/prometheus*.service.d").stdout.split()
    return {Path(path).name.removesuffix(".service.d") for path in found}


@pytest.fixture
def node(on: set[str]) -> None:
    if "prometheus-node-exporter" not in on:
        pytest.skip("node exporter is off here")


@pytest.fixture
def postgresql(on: set[str]) -> None:
    if "prometheus-postgres-exporter" not in on:
        pytest.skip("PostgreSQL's exporter is off here")


@pytest.fixture
def prometheus(on: set[str]) -> None:
    if on != set(PORTS):
        pytest.skip("not all of it is on here")


def fetched(host: Host, url: str) -> str:
    said = root(host, "python3 -I -c %s %s", FETCH, url)
    assert said.rc == 0, f"no answer from {url}: {said.stderr[-200:]}"
    return str(said.stdout)


def scraped(host: Host, port: int) -> dict[str, float]:
    said = fetched(host, f"http://127.0.0.1:{port}/metrics")
    lines = [line.rsplit(" ", 1) for line in said.splitlines() if line and line[0] != "#"]
    return {name: float(number) for name, number in lines}


def asked(host: Host, path: str) -> Any:
    return json.loads(fetched(host, f"http://127.0.0.1:9090/api/v1/{path}"))["data"]


def becomes(what: str, condition: Callable[[], bool], within_s: int) -> None:
    until = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < until, f"{what}: not within {within_s} s"
        time.sleep(2)


def test_what_is_off_is_not_there(host: Host, on: set[str]) -> None:
    listed = root(
        host, "dpkg-query -W -f '${Package} ${db:Status-Status}\\n' 'prometheus*'"
    ).stdout.splitlines()
    installed = {line.split()[0] for line in listed if not line.endswith("not-installed")}
    assert installed & set(PORTS) == on
    listening = {int(port) for port in re.findall(r":(\d+) ", root(host, "ss -ltnH").stdout)}
    assert listening & set(PORTS.values()) == {PORTS[name] for name in on}


def test_what_is_on_runs_and_listens_on_loopback_alone(host: Host, on: set[str]) -> None:
    lines = root(host, "ss -ltnHp").stdout.splitlines()
    ours = [line.split()[3] for line in lines if "prometheus" in line]
    assert sorted(ours) == sorted(f"127.0.0.1:{PORTS[name]}" for name in on)
    states = {name: shown(host, f"{name}.service")["ActiveState"] for name in on}
    assert {name for name, state in states.items() if state != "active"} == set()


def test_what_is_on_stands_in_the_sandbox_and_has_its_limit(host: Host, on: set[str]) -> None:
    for name in on:
        said = root(host, "systemd-analyze security --no-pager %s", f"{name}.service").stdout
        level = re.search(r"exposure level for \S+: ([\d.]+)", said)
        assert level, said
        assert float(level[1]) <= MOST_EXPOSED, f"{name}: {level[1]}"
        unit = shown(host, f"{name}.service")
        assert (unit["User"], unit["MemorySwapMax"]) == ("prometheus", "0")
        assert int(unit["MemoryMax"]) < 1 << 30


@pytest.mark.usefixtures("node")
def test_node_exporter_shows_the_machine_and_what_the_collector_says_of_itself(host: Host) -> None:
    assert root(host, "systemctl start darkpool-page.service").rc == 0
    found = scraped(host, 9100)
    total = 1024 * int(root(host, "awk '/^MemTotal/ {print $2}' /proc/meminfo").stdout)
    assert found["node_memory_MemTotal_bytes"] == total
    assert found["node_textfile_scrape_error"] == 0
    assert found["darkpool_database_answers"] == 1
    assert any(name.startswith('darkpool_disk_used_ratio{path="/"') for name in found)
    assert any(name.startswith("node_network_receive_bytes_total") for name in found)
    broken = [
        name for name, good in found.items() if name.startswith("node_scrape_collector_success") and not good
    ]
    assert broken in ([], ['node_scrape_collector_success{collector="pressure"}'])


@pytest.mark.usefixtures("node")
def test_node_exporter_sees_nothing_else_of_the_collectors(host: Host) -> None:
    process = shown(host, "prometheus-node-exporter.service")["MainPID"]
    inside = (
        f"nsenter --mount --target {process} setpriv --reuid prometheus --regid prometheus --groups collector"
    )
    assert root(host, f"{inside} cat /var/lib/collector/metrics/darkpool.prom").rc == 0
    assert root(host, f"{inside} cat /etc/collector/secrets.env").rc != 0
    assert root(host, f"{inside} ls /var/lib/collector").stdout.split() == ["metrics"]


@pytest.mark.usefixtures("postgresql")
def test_postgresqls_exporter_answers_all_its_questions_as_one_that_only_watches(host: Host) -> None:
    found = scraped(host, 9187)
    names = {name.partition("{")[0] for name in found}
    ours = {
        "pg_waiting_sessions",
        "pg_oldest_transaction_seconds",
        "pg_dead_rows_ratio",
        "pg_log_kept_bytes",
        "pg_following_lag_seconds",
    }
    assert ours <= names
    assert (found["pg_up"], found["pg_exporter_last_scrape_error"]) == (1, 0)
    assert any(name.startswith("pg_stat_archiver_failed_count") for name in names)
    query = "select distinct usename from pg_stat_activity where application_name = 'exporter'"
    who = root(host, "runuser -u postgres -- psql -Atc %s", query).stdout.split()
    assert who == ["darkpool_monitor"]
    refused = root(
        host, "runuser -u prometheus -- psql -U darkpool_monitor -d darkpool -c %s", "create table t (i int)"
    )
    assert refused.rc != 0
    assert root(host, "runuser -u prometheus -- psql -U collector -d darkpool -c 'select 1'").rc != 0


@pytest.mark.usefixtures("prometheus")
def test_prometheus_reaches_all_that_is_on_and_can_ask_all_its_rules(host: Host) -> None:
    def up() -> bool:
        targets = asked(host, "targets")["activeTargets"]
        return {one["labels"]["job"] for one in targets if one["health"] == "up"} == {
            "prometheus", "alertmanager", "node", "postgresql",
        }  # fmt: skip

    becomes("all targets up", up, 90)

    def rules() -> list[dict[str, Any]]:
        return [rule for group in asked(host, "rules")["groups"] for rule in group["rules"]]

    becomes("all rules asked", lambda: {rule["health"] for rule in rules()} == {"ok"}, 90)
    assert len(rules()) >= 50
    assert [one["url"] for one in asked(host, "alertmanagers")["activeAlertmanagers"]] == [
        "http://127.0.0.1:9093/api/v2/alerts"
    ]


@pytest.mark.usefixtures("prometheus")
def test_each_question_of_the_dashboard_is_understood_and_names_what_is_measured(host: Host) -> None:
    for question in questions():
        asked(host, f"query?query={quote(question)}")
    measured = set(asked(host, "label/__name__/values"))
    named = {name for question in questions() for name in metrics(question)}
    assert len(named) > 30
    assert named - measured - NOT_EVERYWHERE == set()


@pytest.mark.usefixtures("prometheus")
@pytest.mark.parametrize("every", ["1m", "5m"])
def test_each_rule_is_quiet_fires_and_is_over(host: Host, every: str) -> None:
    folder = root(host, "mktemp --directory").stdout.strip()
    try:
        for name, text in files_for(every).items():
            root(host, f"printf %s {shlex.quote(text)} >{folder}/{name}")
        done = root(host, f"cd {folder} && nice promtool test rules played.yml")
        assert done.rc == 0, done.stdout + done.stderr
    finally:
        root(host, "rm -rf %s", folder)


@pytest.mark.usefixtures("prometheus")
def test_whom_alertmanager_tells_is_read_by_its_account_alone(host: Host) -> None:
    with host.sudo():
        file, folder = host.file(f"{FOLDER}/alertmanager.yml"), host.file(FOLDER)
        assert (file.user, file.group, file.mode) == ("root", "prometheus", 0o640)
        assert (folder.user, folder.group, folder.mode) == ("root", "prometheus", 0o750)
    assert root(host, "runuser -u collector -- cat %s", f"{FOLDER}/alertmanager.yml").rc != 0


@pytest.fixture
def heard(host: Host) -> Iterator[Callable[[], list[tuple[str, str, str]]]]:
    """Receivers where Alertmanager's letters go, if they go to this test; real ones are left in peace."""
    told = root(host, "cat %s", f"{FOLDER}/alertmanager.yml").stdout
    if f"127.0.0.1:{HOOK}" not in told or f"127.0.0.1:{MAIL}" not in told:
        pytest.skip("Alertmanager tells real people here")
    program = shlex.quote((Path(__file__).parent / "told.py").read_text())
    root(host, f"printf %s {program} >/run/told.py")
    root(host, f"systemd-run --quiet --unit=told python3 /run/told.py {HOOK} {MAIL} {HEARD}")
    yield lambda: [tuple(json.loads(line)) for line in root(host, f"cat {HEARD}").stdout.splitlines()]
    root(
        host,
        f"systemctl stop told; rm -f /run/told.py {HEARD} {RECORD}; systemctl start darkpool-page.service",
    )


@pytest.mark.usefixtures("prometheus")
def test_a_unit_that_fails_is_told_by_hook_and_by_mail_and_that_it_is_over_too(
    host: Host, heard: Callable[[], list[tuple[str, str, str]]]
) -> None:
    def told(status: str) -> set[str]:
        return {way for way, what, text in heard() if what == status and UNIT in text}

    root(host, f"echo {{}} >{RECORD}; systemctl start darkpool-page.service")
    becomes("both were told", lambda: told("firing") == {"http", "smtp"}, 180)
    root(host, f"rm {RECORD}; systemctl start darkpool-page.service")
    becomes("both were told that it is over", lambda: told("resolved") == {"http", "smtp"}, 120)
    first = [way for way, what, text in heard() if what == "firing" and UNIT in text]
    assert sorted(first) == ["http", "smtp"], "once each"
