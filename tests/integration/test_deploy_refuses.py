"""Wrong or missing settings stop a deploy before its first task, with one message that names every problem."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
# At least one value for each condition in each role's vars/main.yml that does not meet it.
WRONG = {
    "alerts_ping_url": "hc-ping.com/key",
    "audit_paths": ["a b"],
    "backup_alarm_after_h": 0,
    "backup_alarm_drill_days": 0,
    "backup_directory": "backups/",
    "backup_drill_schedule": "10 11 * * 3",
    "backup_keep_days": 0,
    "backup_keep_weeks": -1,
    "backup_schedule": "30 1 * * *",
    "base_reboot_at": "12:00",
    "clock_pools": [],
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


def play(inventory, **variables):
    done = subprocess.run(
        [PLAYBOOK, "-i", inventory, "ansible/playbooks/site.yml", "-e", json.dumps(variables)],
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def example(tmp_path):
    return shutil.copytree(ROOT / "inventory/example", tmp_path / "inventory")


@pytest.mark.slow
def test_every_problem_is_named_at_once_with_its_fix(example):
    wrong = {
        "collector_symbols": ["SPY", "spy!"],
        "collector_schedule": "every five minutes",
        "collector_http_timeout_s": -1,
        "firewal_rules": [],
        "firewall_rulez": [],
    }
    code, said = play(example, **wrong)

    assert code != 0
    for sentence in (
        "ansible_host: fill in the droplet's IPv4 address",
        "users_accounts: fill in your public ssh key",
        "collector_api_key: fill in your API key",
        "postgresql_analyst_password: fill in a long random password",
        "collector_symbols: spy! is not a ticker",
        "collector_schedule: 'every five minutes' is not a cron expression",
        "collector_http_timeout_s:",
        "firewall_rulez: the role firewall has no such option. Did you mean firewall_rules?",
    ):
        assert sentence in said, said
    assert "TASK [connection" not in said, "the server was reached for before the settings were right"


def conditions():
    """Each role's own."""
    for path in sorted(ROOT.glob("roles/*/vars/main.yml")):
        yield from yaml.safe_load(path.read_text()).get(f"__{path.parents[1].name}_refuses", [])


@pytest.mark.slow
def test_every_condition_of_every_role_is_named_with_its_fix(example):
    told = " ".join(play(example, **WRONG)[1].split())

    every = list(conditions())
    # Up to the first value in it.
    missing = [one["fix"] for one in every if " ".join(one["fix"].split("{{")[0].split()) not in told]
    assert missing == []
    assert len(every) > 25


@pytest.mark.slow
def test_a_value_of_the_wrong_type_is_named_once_and_its_condition_is_not_judged(example):
    told = play(example, motd_wait_s="long")[1]

    assert "cannot be worked out" not in told
    assert "- motd_wait_s: " in told


@pytest.mark.slow
def test_a_secret_that_is_wrong_is_not_shown(example):
    _, said = play(example, collector_api_key="hunter2 with spaces")
    assert "collector_api_key: " in said
    assert "hunter2" not in said


@pytest.mark.slow
def test_a_vault_that_lacks_a_name_says_which(example):
    (example / "group_vars/all/vault.yml").write_text(
        "---\nvault_postgresql_analyst_password: 0123456789abcdef\n"
    )
    _, said = play(example)
    assert "collector_api_key: cannot be worked out" in said
    assert "vault_collector_api_key" in said


@pytest.mark.slow
def test_the_demos_settings_are_right(tmp_path, monkeypatch):
    """The control: the check lets a good inventory through, and the run goes on to reach for the server."""
    (tmp_path / "id_ed25519.pub").write_text(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2kZL5bKzOrmJ4m3ROSSoIxAdWn0zW0kJv8N9oVAdUT demo\n"
    )
    (tmp_path / "clock_offset_s").write_text("-86400\n")
    (tmp_path / "laptop_address").write_text("192.0.2.7\n")
    (tmp_path / "ssh_config").write_text("Host droplet\n  HostName 127.0.0.1\n  Port 1\n")
    monkeypatch.setenv("TESTBED_FOLDER", str(tmp_path))
    code, said = play(ROOT / "inventory/demo", connection_silence_s=0)
    assert code != 0
    assert "must be put right" not in said
    assert "lets in neither trader nor root" in said, said


def make(*words):
    return subprocess.run(["make", *words], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_make_deploy_without_an_inventory_says_what_to_do(tmp_path):
    done = make("deploy", f"INVENTORY={tmp_path / 'none'}")
    assert done.returncode != 0
    assert "make init" in done.stderr
    assert "make demo" in done.stderr
