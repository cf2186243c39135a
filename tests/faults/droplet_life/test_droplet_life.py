"""A droplet from make droplet to make destroy, with a real server behind it. Each test builds on those before it."""

import contextlib
import re
import threading
from pathlib import Path

import pytest
import simulator_process
from digitalocean import TOKEN

WAYS_IN = ("--tags", "users,ssh,firewall,guard")


@pytest.fixture(scope="module")
def rented(inventory):
    """Rent it under the eyes of somebody who reads every process list, with Ansible as loud as it gets."""
    with Spy() as spy:
        code, said = inventory.make(
            "droplet", environment={"ANSIBLE_VERBOSITY": "3", "ANSIBLE_DIFF_ALWAYS": "1"}
        )
    assert code == 0, said[-3000:]
    return said, spy.seen


@pytest.fixture(scope="module")
def hardened(rented, inventory):
    code, said = inventory.play("site", *WAYS_IN)
    assert code == 0, said[-3000:]


def test_one_server_is_started_and_its_address_and_key_are_in_the_inventory(rented, inventory, containers):
    assert len(containers()) == 1
    (line,) = inventory.pinned()
    address = re.search(
        r"ansible_host: (\S+)", (inventory.folder / "host_vars/droplet/droplet.yml").read_text()
    )[1]
    assert line.startswith(f"{address} ssh-ed25519 ")


def test_neither_the_token_nor_the_host_key_was_seen_anywhere(rented, inventory):
    said, seen = rented
    assert "darkpool_droplet" in said, "it was not loud"
    assert "ansible-playbook" in seen, "nobody looked"
    assert TOKEN not in said + seen
    assert "PRIVATE KEY" not in said + seen
    left = [
        path for path in inventory.folder.rglob("*") if path.is_file() and "PRIVATE KEY" in path.read_text()
    ]
    assert left == []


def test_site_reaches_it_by_the_key_it_was_given_and_closes_roots_way_in(hardened, inventory):
    code, said = inventory.ssh("hostname")
    assert (code, said.strip()) == (0, inventory.name)
    code, said = inventory.ssh("-l", "root", "true")
    assert code == 255
    assert "Permission denied" in said


def test_control_with_another_key_pinned_nobody_connects(hardened, inventory, tmp_path):
    wrong = re.sub(
        r"(ssh-ed25519 )\S+",
        rf"\1{inventory.key.with_suffix('.pub').read_text().split()[1]}",
        inventory.pinned()[0],
    )
    (tmp_path / "known_hosts").write_text(f"{wrong}\n")
    code, said = inventory.ssh("true", known_hosts=tmp_path / "known_hosts")
    assert code == 255
    assert "IDENTIFICATION HAS CHANGED" in said


def test_a_second_run_rents_nothing_and_changes_nothing(hardened, cloud, inventory, containers):
    before = containers(), inventory.pinned()
    code, said = inventory.make("droplet")
    assert code == 0, said
    assert "changed=0" in said
    assert (containers(), inventory.pinned()) == before
    assert len(cloud.asked("POST /v2/droplets")) == 1


def test_plan_tells_what_a_deploy_would_change_and_what_starts_anew_and_changes_nothing(hardened, inventory):
    settings = inventory.folder / "group_vars/all/ssh.yml"
    before = settings.read_text()
    settings.write_text(f"{before}ssh_compatibility_enabled: true\n")
    code, said = inventory.make("plan")
    settings.write_text(before)
    assert code == 0, said
    assert "nothing: all of darkpool-production is there" in said
    assert "$12.00 a month now, $12.00 a month after" in said
    assert "change  /etc/ssh/sshd_config.d/00-hardening.conf" in said
    assert "then    Reload the ssh daemon" in said
    assert "0123456789abcdef" not in said, "a secret of the vault"
    assert "curve25519" not in inventory.ssh("sudo sshd -T | grep ^kexalgorithms")[1]


@pytest.fixture(scope="module")
def vendor(inventory):
    running = simulator_process.start()
    inventory.put("zz_own", collector_api_url=running.url)
    inventory.vendor_key(running.api_key)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def own(hardened, inventory):
    """The address that the server sees us come from, by its own word."""
    code, said = inventory.ssh("echo $SSH_CONNECTION")
    assert code == 0, said
    return said.split()[0]


def test_doctor_logs_in_by_the_pinned_key_and_says_as_whom_the_server_sees_it(own, vendor, inventory):
    code, said = inventory.make("doctor")
    assert code == 0, said
    assert "lets you in, by its pinned key" in said
    assert "darkpool-production is there; 1 of 10 droplets" in said
    assert f"{own}, as the server sees it; not banned, ssh is open to every address" in said


def test_doctor_finds_the_list_that_would_shut_it_out_before_it_does(own, vendor, inventory):
    inventory.put("zz_own", firewall_admin_addresses=["198.51.100.7"])
    code, said = inventory.make("doctor")
    inventory.put("zz_own", firewall_admin_addresses=[])
    assert code != 0
    assert f"you come from {own}, which firewall_admin_addresses (198.51.100.7) does not let in" in said


def test_destroy_ends_the_server_and_leaves_nothing_that_costs(hardened, cloud, inventory, containers):
    code, said = inventory.make("destroy", f"CONFIRM={inventory.name}")
    assert code == 0, said
    assert "Last backup that was read to its end: there is none" in said, "it did not ask the server"
    assert containers() == []
    assert cloud.state()["monthly_cost"] == 0


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
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                # Most end while one looks.
                with contextlib.suppress(OSError):
                    found.add(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        # The fake is started with the token; it stands on no laptop.
        self.seen = "\n".join(line for line in found if "testbed.digitalocean" not in line)
