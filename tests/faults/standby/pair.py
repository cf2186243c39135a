"""Two droplets on one network and an inventory that knows both, as an owner with a standby has it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess

import yaml

from testbed import bed as beds
from testbed import droplet, engine, simulator, world
from testbed.shell import run, succeeds, wait_until

NAME = "pair"
SIMULATOR = ("--seed", "7", "--prints-per-day", "4000", "--requests-per-minute", "6000")
MACHINES = {"a": beds.Bed(NAME), "b": beds.Neighbour(f"{NAME}-b", beside=NAME)}
INVENTORY = beds.CACHE / NAME / "inventory"
PSQL = ("runuser", "-u", "postgres", "--", "psql", "-XAtqw", "-v", "ON_ERROR_STOP=1")


def up(*, fresh):
    """Leave with two running droplets, the vendor's API and the inventory that describes them."""
    engine.ensure()
    beds.network_up(MACHINES["a"])
    if fresh:
        world.leave(MACHINES["a"])
    simulator.up(MACHINES["a"], SIMULATOR)
    world.enter(MACHINES["a"], world.dt.time(15, 40))
    for machine in MACHINES.values():
        droplet.up(machine, fresh=fresh)
    if fresh or not INVENTORY.exists():
        describe()


def down():
    beds.down(MACHINES["a"])


def describe():
    """Write the inventory: the demo's settings, and what tells the machines apart where an owner has it."""
    shutil.rmtree(INVENTORY, ignore_errors=True)
    shutil.copytree(beds.ROOT / "inventory/demo/group_vars", INVENTORY / "group_vars")
    everybody = INVENTORY / "group_vars/all"
    shutil.copy(beds.ROOT / "inventory/example/group_vars/all/ansible.yml", everybody)
    shutil.copytree(beds.ROOT / "inventory/example/group_vars/standby", INVENTORY / "group_vars/standby")
    secret = run("openssl", "rand", "-hex", "24")
    extra = {
        "testbed_folder": str(MACHINES["a"].folder),
        "connection_ssh_config": "{{ inventory_dir }}/ssh_config",
        "vault_standby_password": secret,
    }
    (everybody / "pair.yml").write_text(yaml.safe_dump(extra))
    # The demo lets in the key of its own folder: here each machine has its own.
    keys = [(machine.folder / "id_ed25519.pub").read_text().strip() for machine in MACHINES.values()]
    accounts = [{"name": droplet.ADMIN, "sudo": True, "authorized_keys": keys}]
    (everybody / "users.yml").write_text(yaml.safe_dump({"users_accounts": accounts}))
    (INVENTORY / "hosts.yml").write_text(
        yaml.safe_dump(
            {"droplets": {"hosts": {"droplet": None}}, "standby": {"hosts": {"droplet-standby": None}}}
        )
    )
    known = []
    for post, machine in zip(("droplet", "droplet-standby"), MACHINES.values(), strict=True):
        folder = INVENTORY / "host_vars" / post
        folder.mkdir(parents=True)
        port = int(re.search(r"Port (\d+)", machine.ssh_config().read_text())[1])
        facts = {
            "ansible_host": "127.0.0.1",
            "ansible_port": port,
            "ansible_ssh_private_key_file": str(machine.folder / "id_ed25519"),
            "standby_address": beds.address(machine, "droplet"),
        }
        (folder / "machine.yml").write_text(yaml.safe_dump(facts))
        host_key = (machine.folder / "host_ed25519.pub").read_text()
        known.append(f"[127.0.0.1]:{port} {host_key}")
    (INVENTORY / "known_hosts").write_text("".join(known))


def make(target, **variables):
    """Type `make TARGET` as the owner does; what ended, and what it said."""
    words = ["make", "--no-print-directory", target, f"INVENTORY={INVENTORY}"]
    words += [f"{name}={value}" for name, value in variables.items()]
    return subprocess.run(
        words, cwd=beds.ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        env={**os.environ, "TESTBED_FOLDER": str(MACHINES["a"].folder)},
    )  # fmt: skip


def on_post(post):
    """The machine that is on a post now, as the inventory says."""
    facts = yaml.safe_load((INVENTORY / "host_vars" / post / "machine.yml").read_text())
    return next(
        machine
        for machine in MACHINES.values()
        if f"Port {facts['ansible_port']}" in machine.ssh_config().read_text()
    )


def state(machine):
    """What darkpool-standby says there."""
    return json.loads(machine.execute("droplet", "darkpool-standby", "state"))


def sql(machine, query, database="postgres"):
    """Ask as the server's own account."""
    return machine.execute("droplet", *PSQL, "-d", database, "-c", query)


def follows(machine):
    """Wait until it receives the leader's log; say whether it does."""
    loop = "until darkpool-standby state | grep -q '\"timeline\": [1-9]'; do sleep 0.5; done"
    inside = ("docker", "exec", machine.container("droplet"))
    return succeeds(*inside, "timeout", "90", "sh", "-c", loop, timeout_s=100)


def dies(machine):
    """Its power is cut, as far as a container has one."""
    run("docker", "kill", machine.container("droplet"))


def comes_back(machine):
    """Its power is there again; a unit may refuse to start."""
    run("docker", "start", machine.container("droplet"))
    name = machine.container("droplet")
    wait_until(
        "the boot", lambda: succeeds("docker", "exec", name, "test", "-S", "/run/systemd/private"), 600
    )
    succeeds("docker", "exec", name, "systemctl", "is-system-running", "--wait", timeout_s=90)


def play(name):
    """Play one playbook as make does."""
    words = ["ansible-playbook", "-i", str(INVENTORY), f"ansible/playbooks/{name}.yml"]
    return subprocess.run(
        words, cwd=beds.ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
