"""What the machine is like: written by role `status`, read by the collector, shown by `collector status`."""

import json
import os
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hosts import GOOD, looked

from collector.jobs import host, machine
from collector.jobs.look import Status

NOW = datetime.now(timezone.utc)


def test_what_is_written_down_is_what_is_there(tmp_path):
    found = host.read(looked(tmp_path, failures=["darkpool-backup.service"]))
    assert abs(found.looked_at - NOW) < timedelta(minutes=5)
    (disk,) = found.disks
    state = os.statvfs(tmp_path)
    assert disk.path == str(tmp_path)
    assert disk.bytes == state.f_blocks * state.f_frsize
    assert abs(disk.left - state.f_bavail * state.f_frsize) < 1 << 30
    assert found.dump_at == datetime.fromtimestamp(1763516000, timezone.utc)
    assert found.physical_at == datetime.fromtimestamp(1763517000, timezone.utc)
    assert (found.drill["ok"], found.good_drill_at.isoformat()) == (True, GOOD["at"])
    assert (found.synchronised, found.offset_s) == (True, 0.000412)
    assert "darkpool-backup.service" in found.failed
    assert found.memory["total"] > found.memory["available"] > 0
    assert found.booted_at < NOW
    assert len(found.load) == 3


def test_a_failed_drill_does_not_make_the_last_good_one_forgotten(tmp_path):
    bad = {"at": "2026-11-21T12:05:00+00:00", "ok": False, "problem": "rows are missing"}
    found = host.read(looked(tmp_path, drills=[GOOD, bad]))
    assert (found.drill["problem"], found.good_drill_at.isoformat()) == ("rows are missing", GOOD["at"])


def test_what_cannot_be_seen_is_unknown_and_no_guess(tmp_path):
    found = host.read(looked(tmp_path, drills=[], tracking=""))
    assert (found.offset_s, found.good_drill_at, dict(found.drill)) == (None, None, {})
    assert (found.disks[0].days_left, found.disks[0].grows) == (None, None)
    assert host.read(tmp_path / "nowhere.json") is None


def test_a_clock_that_follows_nobody_is_said(tmp_path):
    assert host.read(looked(tmp_path, tracking="7F7F0101,,0,0.0,0.0,0,0")).synchronised is False


def test_updates_that_wait_are_counted_until_packages_change(tmp_path):
    packages = Path("/var/lib/dpkg/status")
    if not packages.exists():
        pytest.skip("this system has no dpkg")
    count = tmp_path / "updates"
    count.write_text("3\n")
    assert host.read(looked(tmp_path)).updates_waiting == 3
    before = packages.stat().st_mtime - 1
    os.utime(count, (before, before))
    assert host.read(looked(tmp_path)).updates_waiting is None
    count.unlink()
    assert host.read(looked(tmp_path)).updates_waiting is None


def test_the_end_of_a_certificate_and_the_age_of_a_key_are_known_where_there_is_one(tmp_path):
    key, certificate = tmp_path / "own.key", tmp_path / "own.crt"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    made += ["-days", "19", "-subj", "/CN=x", "-keyout", key, "-out", certificate]
    subprocess.run(made, check=True, capture_output=True)
    os.utime(key, (1763516000, 1763516000))
    options = ["--certificate", certificate, "--certificate", tmp_path / "none.crt"]
    options += ["--certificate", key, "--key", f"api={key}", "--key", f"other={tmp_path / 'none'}"]
    found = host.read(looked(tmp_path, options=options))
    assert list(found.certificates) == [str(certificate)]
    assert abs(found.certificates[str(certificate)] - NOW - timedelta(days=19)) < timedelta(hours=1)
    assert dict(found.keys) == {"api": datetime.fromtimestamp(1763516000, timezone.utc)}
    told = list(machine.troubles(Status(NOW, (), 0, (), None, None, None, host=found)))
    assert [line for line in told if line.startswith("certificate runs out ")]


def test_days_until_full_come_from_what_was_measured_before(tmp_path):
    path = looked(tmp_path)
    facts = json.loads(path.read_text())
    used, left = facts["disks"][0]["used"], facts["disks"][0]["left"]
    before = (NOW - timedelta(days=10)).isoformat()
    facts["measured"].insert(0, {"at": before, "used": {str(tmp_path): used - left // 10}})
    path.write_text(json.dumps(facts))
    (disk,) = host.read(looked(tmp_path)).disks
    assert 80 < disk.days_left < 120, "it took ten days for a tenth of what is left"


def test_measurements_are_one_an_hour_and_end_after_two_weeks(tmp_path):
    path = looked(tmp_path)
    looked(tmp_path)
    facts = json.loads(path.read_text())
    assert len(facts["measured"]) == 1
    for days in (15, 13, 2):
        at = (NOW - timedelta(days=days)).isoformat()
        facts["measured"].insert(0, {"at": at, "used": {}})
    facts["measured"] = sorted(facts["measured"], key=lambda one: one["at"])
    path.write_text(json.dumps(facts))
    looked(tmp_path)
    assert len(json.loads(path.read_text())["measured"]) == 3


@pytest.mark.slow
def test_status_shows_backups_disk_clock_and_what_the_plan_refuses(simulator, collector, tmp_path):
    collector.at(simulator, "2026-11-20T12:00:03-05:00")
    (tmp_path / "machine").mkdir()
    (tmp_path / "machine/updates").write_text("2\n")
    path = looked(tmp_path / "machine")
    out = collector("status", "--host", str(path)).stdout
    lines = {line.split()[0]: line for line in out.splitlines() if line}
    assert "proven 11-14 07:05" in lines["backup"]
    assert "% of " in lines["disk"]
    assert "synchronised, 0.4 ms off" in lines["clock"]
    assert "today" in lines["requests"]
    assert lines["spool"].endswith("empty")
    assert "updates   2 for security wait" in out
    assert max(map(len, out.splitlines())) <= 80
    facts = json.loads(collector("status", "--json", "--host", str(path)).stdout)
    assert facts["host"]["good_drill_at"] == GOOD["at"]
    assert facts["spool"]["pages"] == 0


@pytest.mark.slow
def test_status_without_its_database_says_so_and_what_it_knows(simulator, collector):
    collector.clock(simulator, "2026-11-20T12:00:03-05:00")
    away = {"COLLECTOR_DATABASE_DSN": "dbname=x host=/nonexistent"}
    collector("run", **away)
    found = collector("status", **away)
    assert found.returncode == 3
    assert "database  DOES NOT ANSWER" in found.stdout
    assert "pages wait for the database" in found.stdout
    assert "next run  12:05" in found.stdout
    assert json.loads(collector("status", "--json", **away).stdout)["away"]


@pytest.mark.slow
def test_check_is_1_only_when_data_was_due(simulator, collector):
    collector.at(simulator, "2026-11-20T10:00:03-05:00")
    assert collector("status", "--check").returncode == 0
    collector.clock(simulator, "2026-11-20T11:00:03-05:00")
    assert (collector("status").returncode, collector("status", "--check").returncode) == (0, 1)
    for passed in ("2026-11-20T21:05:03", "2026-11-21T06:50:03"):
        collector.at(simulator, f"{passed}-05:00")
    collector.clock(simulator, "2026-11-22T12:00:00-05:00")
    assert collector("status", "--check").returncode == 0, "nothing is due on a Sunday"
