"""make droplet and make destroy as an owner types them; the servers behind this fake answer nobody."""

import json

import pytest
from digitalocean import TOKEN
from rented import Inventory


@pytest.fixture
def cloud(no_machines):
    no_machines.reset()
    return no_machines


@pytest.fixture
def inventory(cloud, tmp_path):
    return Inventory(tmp_path, cloud.url, TOKEN, droplet_boot_limit_s=1, droplet_name="darkpool-commands")


def test_a_refusal_reaches_the_screen_as_its_one_line(cloud, inventory):
    inventory.token("wrong-token")
    code, said = inventory.make("droplet")
    assert code != 0
    line = next(line for line in said.splitlines() if line.lstrip().startswith("msg:"))
    assert "DigitalOcean does not know the token (401). Make one at" in line
    assert "wrong-token" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("setting", "said_of_it"),
    [
        ("droplet_name: Not A Name", "droplet_name: small letters, digits and hyphens"),
        ("ansible_host: 192.0.2.7", "make droplet would rent another beside it"),
        ("droplet_api_token: <a token>", "vault_droplet_api_token: fill in a token"),
        (
            "users_accounts: [{name: trader, sudo: true, authorized_keys: [<your key>]}]",
            "fill in your public ssh key",
        ),
        (
            "droplet_alerts: [{measure: warmth, above: 1}]",
            "value of measure must be one of: cpu, memory, disk, load",
        ),
    ],
)
def test_what_is_not_filled_in_is_named_before_anything_is_asked(cloud, inventory, setting, said_of_it):
    code, said = inventory.play("droplet", "-e", f"{{{setting}}}")
    assert code != 0
    assert said_of_it in " ".join(said.split())
    assert cloud.asked() == []


def test_check_mode_shows_what_would_be_made_and_makes_nothing(cloud, inventory):
    code, said = inventory.play("droplet", "--check", "--diff")
    assert code == 0, said
    assert "+droplet darkpool-commands: image ubuntu-22-04-x64, region nyc3, size s-1vcpu-2gb" in said
    assert cloud.asked("POST", "PUT", "DELETE") == []


def test_a_server_that_does_not_answer_is_said_to_be_there_and_the_second_run_finds_it(cloud, inventory):
    code, said = inventory.make("droplet")
    assert code != 0
    assert (
        "runs, but its sshd does not answer this machine: is your address one of firewall_admin_addresses?"
        in (" ".join(said.split()))
    )
    code, said = inventory.make("droplet")
    assert code == 0, said
    assert "changed=0" in said
    assert "Next: make deploy" in said
    assert len(cloud.state()["droplets"]) == 1


def test_the_firewall_of_the_cloud_takes_the_rules_of_the_servers(cloud, inventory):
    mine = {"firewall_admin_addresses": ["198.51.100.7"], "ssh_trusted_addresses": ["203.0.113.0/24"]}
    inventory.play("droplet", "-e", json.dumps({**mine, "ssh_port": 2222}))
    (firewall,) = cloud.state()["firewalls"]
    inbound = {rule["ports"]: rule["sources"]["addresses"] for rule in firewall["inbound_rules"]}
    assert inbound["2222"] == ["198.51.100.7"]
    assert "22" not in inbound


def test_console_tells_the_way_to_a_lost_droplet_and_switches_it_when_it_is_named(cloud, inventory):
    code, said = inventory.make("console")
    assert code != 0
    assert "0 droplets are called darkpool-commands; all of yours:\nhttps://cloud.digitalocean.com" in said
    inventory.make("droplet")
    (number,) = [one["id"] for one in cloud.state()["droplets"]]
    code, said = inventory.make("console")
    assert code == 0, said
    assert f"https://cloud.digitalocean.com/droplets/{number}\n" in said
    assert cloud.deeds() == []
    code, said = inventory.make("console", "CONFIRM=darkpool-commands")
    assert code == 0, said
    assert cloud.deeds() == ["power_cycle"]
    inventory.token("wrong-token")
    code, said = inventory.make("console")
    assert code != 0
    assert "does not know the token (401)" in said
    assert "The console is there without it: https://cloud.digitalocean.com/droplets" in said
    assert "wrong-token" not in said


def test_destroy_deletes_nothing_without_the_name(cloud, inventory):
    inventory.make("droplet")
    for confirmed in ((), ("CONFIRM=darkpool-other",)):
        code, said = inventory.make("destroy", *confirmed)
        assert code != 0
        assert "nothing was touched" in said
        assert "droplet           darkpool-commands" in said
    code, said = inventory.play("destroy")
    assert code != 0
    assert "make destroy tells what goes" in said
    assert cloud.asked("DELETE") == []


def test_destroy_tells_what_goes_and_what_is_lost_and_proves_that_it_is_gone(cloud, inventory):
    inventory.make("droplet")
    code, said = inventory.make("destroy", "CONFIRM=darkpool-commands")
    assert code == 0, said
    assert "cannot be brought back ($12.00 a month)" in said
    assert "Last backup that was read to its end: not known" in said
    assert "nothing of darkpool-commands is left" in said
    assert cloud.state()["monthly_cost"] == 0
    assert inventory.pinned() == []

    code, said = inventory.make("destroy")
    assert code == 0
    assert "There is nothing of darkpool-commands" in said


def test_destroy_that_is_refused_says_why_and_fails(cloud, inventory):
    inventory.make("droplet")
    cloud.spoil("http_403", method="DELETE", path="/v2/droplets")
    code, said = inventory.make("destroy", "CONFIRM=darkpool-commands")
    assert code != 0
    assert "the token lacks the scope for deleting droplet darkpool-commands (403)" in said
    assert "Gone." not in said
