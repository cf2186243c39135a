"""One droplet with everything around it, made once; asked of the fake API past the module's own eyes."""

import stat
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from darkpool_do.problems import Problem
from digitalocean import KEY, NAME, Owner

EVERYTHING = {"volume_gb": 20, "reserved_ip": True, "spaces_bucket": "backups"}


def test_the_first_run_makes_one_of_each_kind_and_the_second_nothing(owner):
    owner.present()
    state = owner.cloud.state()
    made = {kind: len(state[kind]) for kind in ("droplets", "keys", "firewalls", "alerts", "checks")}
    assert made == {"droplets": 1, "keys": 1, "firewalls": 1, "alerts": 1, "checks": 1}
    asked = len(owner.cloud.asked("POST", "PUT", "DELETE"))

    again = owner.present()
    assert again.steps == []
    assert len(owner.cloud.asked("POST", "PUT", "DELETE")) == asked


def test_the_droplet_is_what_was_chosen_and_in_its_own_network_behind_its_firewall(owner):
    owner.present(size="s-2vcpu-4gb", region="ams3", image="debian-12-x64")
    state = owner.cloud.state()
    droplet, firewall = state["droplets"][0], state["firewalls"][0]
    assert (droplet["size_slug"], droplet["region"]["slug"]) == ("s-2vcpu-4gb", "ams3")
    assert droplet["image"]["slug"] == "debian-12-x64"
    assert [vpc["name"] for vpc in state["vpcs"] if vpc["id"] == droplet["vpc_uuid"]] == [NAME]
    assert firewall["tags"] == [NAME]
    assert NAME in droplet["tags"]
    asked = owner.cloud.asked("POST")
    assert asked.index("POST /v2/firewalls") < asked.index("POST /v2/droplets"), "it stood open for a moment"


def test_everything_that_can_be_wished_is_made_once(owner):
    outcome = owner.present(**EVERYTHING)
    state = owner.cloud.state()
    droplet, address = state["droplets"][0], state["reserved_ips"][0]
    assert address["droplet"]["id"] == droplet["id"]
    assert outcome.address == address["ip"]
    assert state["volumes"][0]["droplet_ids"] == [droplet["id"]]
    assert state["checks"][0]["target"] == address["ip"]
    assert state["spaces_keys"][0]["grants"] == [{"bucket": "backups", "permission": "readwrite"}]
    assert owner.present(**EVERYTHING).steps == []


def test_check_mode_asks_and_changes_nothing(owner):
    outcome = owner.present(check=True, **EVERYTHING)
    assert [str(step) for step in outcome.steps if step.part.kind == "droplet"] == [f"create droplet {NAME}"]
    assert owner.cloud.asked("POST", "PUT", "DELETE") == []
    assert [
        path for path in owner.folder.rglob("*") if path.is_file() and not path.name.startswith(".")
    ] == []
    assert outcome.monthly == {"now": 0.0, "after": 12.0 + 2.0}


def test_the_key_that_was_injected_is_the_key_that_is_pinned(owner):
    outcome = owner.present()
    (line,) = owner.pinned()
    address, kind, body, *_ = line.split()
    assert (address, kind) == (outcome.address, "ssh-ed25519")
    assert len(body) == 68
    assert f"ansible_host: {outcome.address}\n" in owner.settings().address_file.read_text()
    assert not owner.settings().host_key.exists(), "the private half stayed on the laptop"
    assert stat.S_IMODE((owner.folder / "known_hosts").stat().st_mode) == 0o600


def test_what_else_stands_in_known_hosts_stays(owner):
    mine = ["# mine", "192.0.2.99 ssh-ed25519 AAAAother"]
    (owner.folder / "known_hosts").write_text("\n".join(mine) + "\n")
    owner.present()
    assert owner.pinned()[:2] == mine
    assert len(owner.pinned()) == 3


def test_a_rotated_key_is_left_alone(owner):
    outcome = owner.present()
    rotated = f"{outcome.address} ssh-ed25519 AAAArotated"
    (owner.folder / "known_hosts").write_text(f"{rotated}\n")
    assert owner.present().steps == []
    assert owner.pinned() == [rotated]


def test_a_reserved_address_that_comes_or_goes_later_has_the_key_of_its_droplet(owner):
    own = owner.present().address
    reserved = owner.present(reserved_ip=True, known_address=own).address
    assert reserved != own
    keys = {line.split()[0]: line.split()[2] for line in owner.pinned()}
    assert keys[reserved] == keys[own]
    assert f"ansible_host: {reserved}\n" in owner.settings().address_file.read_text()

    (owner.folder / "known_hosts").write_text(f"{reserved} ssh-ed25519 AAAArotated\n")
    assert owner.present(known_address=reserved).address == own
    assert f"{own} ssh-ed25519 AAAArotated" in owner.pinned()

    owner.absent(known_address=own)
    assert owner.pinned() == []


def test_the_cloud_firewall_lets_in_what_the_servers_own_lets_in(owner):
    rules = (
        {"port": 22, "from": "198.51.100.7", "action": "allow", "admin": True},
        {"port": 22, "from": "2001:db8::/32", "action": "limit", "admin": True},
        {"port": 9100, "from": "10.0.0.0/8", "proto": "udp"},
        {"port": 25, "action": "deny"},
    )
    owner.present(firewall_rules=rules)
    (firewall,) = owner.cloud.state()["firewalls"]
    inbound = {
        (rule["protocol"], rule["ports"]): rule["sources"]["addresses"] for rule in firewall["inbound_rules"]
    }
    everywhere = ["0.0.0.0/0", "::/0"]
    assert inbound == {
        ("icmp", "0"): everywhere,
        ("tcp", "22"): ["198.51.100.7", "2001:db8::/32"],
        ("udp", "9100"): ["10.0.0.0/8"],
    }
    assert {rule["protocol"] for rule in firewall["outbound_rules"]} == {"tcp", "udp", "icmp"}


def test_a_rule_that_was_added_by_hand_is_gone_after_the_next_run(owner):
    owner.present()
    (firewall,) = owner.cloud.state()["firewalls"]
    by_hand = {"protocol": "tcp", "ports": "5432", "sources": {"addresses": ["0.0.0.0/0"]}}
    firewall["inbound_rules"].append(by_hand)
    owner.cloud.call("PUT", f"/v2/firewalls/{firewall['id']}", **firewall)
    outcome = owner.present()
    assert [str(step) for step in outcome.steps] == [f"change firewall {NAME}"]
    assert "tcp 5432 from 0.0.0.0/0" in outcome.diff()["before"]
    (firewall,) = owner.cloud.state()["firewalls"]
    assert by_hand not in firewall["inbound_rules"]


@pytest.mark.slow
def test_a_key_of_the_account_is_taken_whatever_its_name_and_its_place_in_a_long_list(owner):
    for number in range(230):
        key = subprocess.run(["printf", f"key {number}"], capture_output=True, check=True).stdout.hex()
        padded = f"ssh-ed25519 {key + 'A' * (-len(key) % 4)}"
        assert (
            owner.cloud.call("POST", "/v2/account/keys", name=f"n{number}", public_key=padded).status_code
            == 201
        )
    owner.cloud.call("POST", "/v2/account/keys", name="laptop", public_key=KEY)
    owner.present()
    assert len(owner.cloud.state()["keys"]) == 231
    assert "GET /v2/account/keys" in owner.cloud.asked("GET")


def test_what_cannot_be_changed_is_said_and_left(owner):
    owner.present()
    outcome = owner.present(size="s-2vcpu-4gb")
    assert outcome.steps == []
    (warning,) = outcome.warnings
    assert f"droplet {NAME} has size s-1vcpu-2gb, the settings say s-2vcpu-4gb" in warning


def test_a_volume_grows_and_never_shrinks(owner):
    owner.present(volume_gb=20)
    assert [str(step) for step in owner.present(volume_gb=30).steps] == [f"change volume {NAME}"]
    assert owner.cloud.state()["volumes"][0]["size_gigabytes"] == 30
    with pytest.raises(Problem, match="cannot become smaller: set droplet_volume_gb"):
        owner.present(volume_gb=10)


def test_an_alert_that_nobody_wishes_any_more_is_deleted_and_others_of_the_account_stay(owner):
    strange = {"type": "v1/insights/droplet/cpu", "compare": "GreaterThan", "value": 50, "window": "5m",
               "description": "somebody else's", "tags": [], "entities": [], "enabled": True,
               "alerts": {"email": [], "slack": []}}  # fmt: skip
    owner.cloud.call("POST", "/v2/monitoring/alerts", **strange)
    owner.present()
    owner.present(alerts=({"measure": "load", "above": 2},))
    descriptions = {policy["description"] for policy in owner.cloud.state()["alerts"]}
    assert descriptions == {"somebody else's", f"{NAME}: load above 2"}


def test_an_uptime_check_that_is_not_wished_any_more_goes_with_its_alert(owner):
    owner.present()
    owner.present(uptime=False)
    state = owner.cloud.state()
    assert (state["checks"], state["check_alerts"]) == ([], [])
    assert owner.present(uptime=False).steps == []


def test_two_runs_on_one_machine_ask_for_one_droplet(owner):
    owner.cloud.switch(boot_ms=300)
    with ThreadPoolExecutor(2) as pool:
        first, second = (pool.submit(owner.present) for _ in range(2))
    assert first.result().address == second.result().address
    assert owner.cloud.asked("POST /v2/droplets") == ["POST /v2/droplets"]
    assert len(owner.pinned()) == 1


@pytest.mark.slow
def test_of_two_machines_that_ask_at_the_same_moment_one_droplet_is_left_and_the_other_says_so(
    owner, tmp_path
):
    other = Owner(owner.cloud, tmp_path / "elsewhere")
    owner.cloud.switch(latency_ms=60, boot_ms=400)
    said = []

    def run(one):
        try:
            one.present()
        except Problem as problem:
            said.append(str(problem))

    runs = [threading.Thread(target=run, args=(one,)) for one in (owner, other)]
    for thread in runs:
        thread.start()
    for thread in runs:
        thread.join()
    assert len(owner.cloud.asked("POST /v2/droplets")) == 2, "they did not meet"
    assert len(owner.cloud.state()["droplets"]) == 1
    assert len(owner.pinned()) + len(other.pinned()) == 1
    (line,) = said
    assert "Take known_hosts from the machine of that run" in line
