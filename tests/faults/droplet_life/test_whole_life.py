"""The whole life of a droplet by the commands that its owner types, unattended. Each test builds on those before it."""

import contextlib
import re
import secrets
import threading
from pathlib import Path

import pytest
import yaml
from digitalocean import TOKEN
from inventories import changes

from testbed.shell import run, wait_until

LOUD = {"ANSIBLE_VERBOSITY": "3", "ANSIBLE_DIFF_ALWAYS": "1"}
USER_DATA = "/var/lib/cloud/seed/nocloud/user-data"
COUNT = "cd /; sudo -u collector psql -XAtqd darkpool -c 'select count(*) from {}'"
COVERED = COUNT.format("ops.coverage where not isempty(covered)")
PRINTS = COUNT.format("trading.darkpool_trades")


@pytest.fixture(scope="module")
def deployed(inventory):
    """Deploy under the eyes of somebody who reads every process list, with Ansible as loud as it gets."""
    with Spy() as spy:
        code, said = inventory.make("deploy", environment=LOUD)
    assert code == 0, said[-3000:]
    return said, spy.seen


def says(inventory, *words):
    """What a command on the server says."""
    code, said = inventory.ssh(*words)
    assert code == 0, said
    return said.strip()


def version(inventory):
    return says(inventory, "collector --version").split()[-1]


def test_a_deploy_rents_one_server_sets_it_up_and_checks_it(deployed, cloud, inventory, containers):
    said, _ = deployed
    assert re.search(r"\d{3} passed[^\n]* in ", said), "the server was not checked"
    assert "Deployed and checked in" in said
    assert len(containers()) == len(cloud.asked("POST /v2/droplets")) == 1
    assert says(inventory, "hostname") == inventory.name


def test_its_address_is_written_down_and_the_key_that_user_data_gave_away_is_believed_no_longer(
    deployed, inventory, containers
):
    facts = (inventory.folder / "host_vars/droplet/droplet.yml").read_text()
    (line,) = inventory.pinned()
    address, kind, key = line.split()
    assert address == re.search(r"ansible_host: (\S+)", facts)[1]
    given = run("docker", "exec", *containers(), "cat", USER_DATA)
    assert f"{kind} " in given
    assert key not in given


def test_neither_the_token_nor_the_host_key_was_seen_anywhere(deployed, inventory, containers):
    said, seen = deployed
    assert "darkpool_droplet" in said, "it was not loud"
    assert "ansible-playbook" in seen, "nobody looked"
    assert TOKEN not in said + seen
    given = yaml.safe_load(run("docker", "exec", *containers(), "cat", USER_DATA))["ssh_keys"][
        "ed25519_private"
    ]
    assert given.splitlines()[2] not in said + seen
    assert "PRIVATE KEY" not in said
    left = [
        path for path in inventory.folder.rglob("*") if path.is_file() and "PRIVATE KEY" in path.read_text()
    ]
    assert left == []


def test_root_is_not_let_in_and_with_another_key_pinned_nobody_connects(deployed, inventory, tmp_path):
    code, said = inventory.ssh("true", options=["-l", "root"])
    assert code == 255
    assert "Permission denied" in said
    wrong = re.sub(
        r"(ssh-ed25519 )\S+",
        rf"\1{inventory.key.with_suffix('.pub').read_text().split()[1]}",
        inventory.pinned()[0],
    )
    (tmp_path / "known_hosts").write_text(f"{wrong}\n")
    code, said = inventory.ssh("true", options=["-o", f"UserKnownHostsFile={tmp_path / 'known_hosts'}"])
    assert code == 255
    assert "IDENTIFICATION HAS CHANGED" in said


def test_it_collects(deployed, inventory):
    # What the release tried before it was used.
    assert says(inventory, COVERED) == "0"
    says(inventory, "sudo systemctl start collector")
    assert int(says(inventory, COVERED)) > 1
    assert int(says(inventory, PRINTS)) > 100
    code, said = inventory.make("status")
    assert code == 0, said
    assert "SPY" in said
    assert "next run" in said


def test_a_second_deploy_rents_and_changes_nothing_and_a_colleagues_leaves_with_a_name(
    deployed, cloud, inventory, containers
):
    before = containers(), inventory.pinned(), version(inventory)
    second = inventory.begun("deploy", USER="ada")
    wait_until("its turn", lambda: "ada" in says(inventory, "sudo cat /run/darkpool-deploy || true"), 600)
    code, said = inventory.make("deploy", environment={"USER": "ben"})
    assert code != 0
    assert re.search(
        r"^ada@\S+, since \S+ UTC, is deploying to this server: wait until", said, re.MULTILINE
    ), said
    assert "Make the server what the inventory says" not in said

    said, _ = second.communicate()
    assert second.returncode == 0, said[-3000:]
    assert set(changes(said)) == {0}, said[-3000:]
    assert (containers(), inventory.pinned(), version(inventory)) == before
    assert len(cloud.asked("POST /v2/droplets")) == 1


def test_plan_tells_what_a_deploy_would_change_and_what_starts_anew_and_changes_nothing(deployed, inventory):
    settings = inventory.folder / "group_vars/all/ssh.yml"
    before = settings.read_text()
    settings.write_text(f"{before}ssh_compatibility_enabled: true\n")
    code, said = inventory.make("plan")
    settings.write_text(before)
    assert code == 0, said
    assert f"nothing: all of {inventory.name} is there" in said
    assert "$12.00 a month now, $12.00 a month after" in said
    assert "change  /etc/ssh/sshd_config.d/00-hardening.conf" in said
    assert "then    Reload the ssh daemon" in said
    assert inventory.api_key not in said
    assert "curve25519" not in says(inventory, "sudo sshd -T | grep ^kexalgorithms")


def test_doctor_logs_in_by_the_pinned_key_and_says_as_whom_the_server_sees_it(deployed, inventory):
    code, said = inventory.make("doctor")
    assert code == 0, said
    assert "lets you in, by its pinned key" in said
    assert f"{inventory.name} is there; 1 of 10 droplets" in said
    assert "takes it: 6,000 requests a minute" in said
    assert f"{own(inventory)}, as the server sees it; not banned, ssh is open to every address" in said


def test_doctor_finds_its_own_ban_and_the_list_that_would_shut_it_out(deployed, inventory):
    mine = own(inventory)
    # In a set as fail2ban makes it, without the rule that keeps out: who is kept out cannot ask.
    wanted = (
        f"add set inet f2b-table probe {{ type ipv4_addr; }}; add element inet f2b-table probe {{ {mine} }}"
    )
    says(inventory, f"sudo nft 'add table inet f2b-table; {wanted}'")
    inventory.put("zz_own", firewall_admin_addresses=["198.51.100.7"])
    code, said = inventory.make("doctor")
    assert code != 0
    assert f"{mine} is banned: make ssh, sudo fail2ban-client unban {mine}" in said
    says(inventory, "sudo nft delete set inet f2b-table probe")
    code, said = inventory.make("doctor")
    inventory.put("zz_own", firewall_admin_addresses=[])
    assert code != 0
    assert f"you come from {mine}, which firewall_admin_addresses (198.51.100.7) does not let in" in said


def own(inventory):
    """The address that the server sees us come from, by its own word."""
    return says(inventory, "echo $SSH_CONNECTION").split()[0]


def test_a_changed_checkout_is_released_and_given_up_again_and_nothing_collected_is_lost(
    deployed, inventory, checkout
):
    first, prints = version(inventory), says(inventory, PRINTS)
    (checkout / "collector/__init__.py").write_text(f'"""Release {secrets.token_hex(4)}."""\n')
    code, said = inventory.make("release")
    assert code == 0, said[-3000:]
    second = version(inventory)
    assert second != first

    code, said = inventory.make("rollback")
    assert code == 0, said[-3000:]
    assert version(inventory) == first
    says(inventory, "sudo systemctl start collector")
    assert int(says(inventory, PRINTS)) >= int(prints)
    code, said = inventory.make("release")
    assert code != 0
    assert f"went back from {second}" in said


def test_destroy_names_the_backup_ends_the_server_and_leaves_nothing_that_costs(
    deployed, cloud, inventory, containers
):
    says(inventory, "sudo systemctl start darkpool-backup")
    code, said = inventory.make("destroy", f"CONFIRM={inventory.name}")
    assert code == 0, said
    assert re.search(
        r"Last backup that was read to its end: /var/backups/darkpool/\S+Z; to keep it: scp", said
    ), said
    assert f"nothing of {inventory.name} is left" in said
    left = cloud.state()
    assert left["monthly_cost"] == 0
    assert left["droplets"] == left["firewalls"] == left["volumes"] == left["reserved_ips"] == []
    assert containers() == inventory.pinned() == []


def test_from_there_it_begins_anew_with_another_server_and_its_pinned_key(deployed, inventory, containers):
    kept = (inventory.folder / "group_vars/all/vault.yml").read_bytes()
    assert "Nothing is left to fill in" in inventory.init()
    assert (inventory.folder / "group_vars/all/vault.yml").read_bytes() == kept
    code, said = inventory.make("droplet")
    assert code == 0, said[-3000:]
    assert len(containers()) == 1
    (line,) = inventory.pinned()
    known = f"UserKnownHostsFile={inventory.folder / 'known_hosts'}"
    facts = (inventory.folder / "host_vars/droplet/droplet.yml").read_text()
    address = re.search(r"ansible_host: (\S+)", facts)[1]
    assert line.startswith(f"{address} ssh-ed25519 ")
    strict = ["-F", "/dev/null", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", known]
    assert run("ssh", *strict, "-i", inventory.key, f"root@{address}", "hostname") == inventory.name


class Spy:
    """Reads the command line of every process, as any user of this machine can."""

    def __enter__(self):
        self.seen, self._end = "", threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()

    def _look(self):
        found = set()
        while not self._end.wait(0.05):
            for process in Path("/proc").glob("[0-9]*"):
                # Most end while one looks.
                with contextlib.suppress(OSError):
                    found.add(
                        (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    )
        # The fake is started with the token; it stands on no laptop.
        self.seen = "\n".join(line for line in found if "testbed.digitalocean" not in line)
