"""What the roles' own conditions refuse, all at once and before the server is even asked for."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
# At least one value for each condition in each role's vars/main.yml that does not meet it.
WRONG = {
    "alerts_ping_url": "hc-ping.com/key",
    "audit_paths": ["a b"],
    "backup_alarm_after_h": 0,
    "backup_directory": "backups/",
    "backup_keep_days": 0,
    "backup_keep_weeks": -1,
    "backup_schedule": "30 1 * * *",
    "base_reboot_at": "12:00",
    "clock_pools": [],
    "collector_api_key": "with blanks",
    "collector_database_dsn": "dbname='darkpool'",
    "collector_retain_schedule": "at night",
    "disk_most_percent": 99,
    "disk_paths": ["var"],
    "fail2ban_ban_time_s": 0,
    "guard_revert_after_s": 10,
    "kernel_sysctl": {"no key": 1},
    "logrotate_rules": [{"name": "with.dot", "paths": ["/var/log/x"]}],
    "metrics_alertmanager_enabled": True,
    "metrics_scrape_every_s": 600,
    "metrics_targets": [{"job": "node", "address": "192.0.2.1:9100"}],
    "motd_wait_s": 60,
    "pgbackrest_cipher_pass": "short",
    "pgbackrest_drill_schedule": "10 11 * * 3",
    "pgbackrest_keep_full": 0,
    "pgbackrest_offsite_bucket": "a-bucket",
    "pgbackrest_offsite_endpoint": "storage.example",
    "pgbackrest_schedule": "0 1 * * *",
    "postgresql_analyst_password": "short",
    "status_schedule": "sometimes",
}


@pytest.fixture
def said(tmp_path):
    """What site.yml says of the demo's settings with these changed; it never gets to the server, as there is none."""
    (tmp_path / "clock_offset_s").write_text("0\n")
    (tmp_path / "laptop_address").write_text("192.0.2.7\n")
    (tmp_path / "id_ed25519.pub").write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 43 + " a key\n")

    def ask(**changed):
        command = ["ansible-playbook", "-i", "inventory/demo", "ansible/playbooks/site.yml"]
        done = subprocess.run(
            [*command, "-e", json.dumps({"ansible_host": "192.0.2.1", **changed})], cwd=ROOT, text=True,
            env={**os.environ, "TESTBED_FOLDER": str(tmp_path)}, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode != 0
        return done.stdout

    return ask


def conditions():
    """Each role's own."""
    for path in sorted(ROOT.glob("roles/*/vars/main.yml")):
        yield from yaml.safe_load(path.read_text()).get(f"__{path.parents[1].name}_refuses", [])


@pytest.mark.slow
def test_every_condition_is_named_with_its_fix_in_one_message(said):
    told = " ".join(said(**WRONG).split())

    every = list(conditions())
    # Up to the first value in it.
    missing = [one["fix"] for one in every if " ".join(one["fix"].split("{{")[0].split()) not in told]
    assert missing == []
    assert len(every) > 25
    assert "Nothing was changed on the server." in told
    assert "Find the way in" not in told, "the server was asked for"


@pytest.mark.slow
def test_what_is_right_is_not_named_and_what_cannot_be_judged_is_named_once(said):
    told = said(motd_wait_s="long")

    assert "1 setting(s)" in told
    assert "motd_wait_s" in told
