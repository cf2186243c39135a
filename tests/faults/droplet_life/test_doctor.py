"""make doctor looks at everything, and each line that fails says what mends it."""

import pytest
from digitalocean import TOKEN
from rented import ROOT, Inventory


@pytest.fixture
def cloud(no_machines):
    no_machines.reset()
    return no_machines


@pytest.fixture
def vendor(one_vendor):
    yield one_vendor
    one_vendor.faults(http_401=0)


@pytest.fixture
def inventory(cloud, vendor, tmp_path):
    found = Inventory(tmp_path, cloud.url, TOKEN, collector_api_url=vendor.url)
    found.vendor_key(vendor.api_key)
    return found


def test_where_all_is_well_it_says_so_and_has_changed_nothing(cloud, inventory):
    before = cloud.state()
    code, said = inventory.make("doctor")
    assert code == 0, said
    assert said.count("\n  ok ") + said.startswith("  ok ") == 12
    assert "s-1vcpu-2gb in nyc3, $12.00 a month" in said
    assert "the token may read and write what is needed" in said
    assert cloud.state() == before


def test_the_vendors_key_is_shown_by_what_its_plan_gives_and_costs_one_request(vendor, inventory):
    used = vendor.api("/api/darkpool/SPY", limit=1).headers["x-uw-daily-req-count"]
    code, said = inventory.make("doctor")
    assert code == 0, said
    left = 20_000 - int(used) - 1
    assert f"{vendor.url} takes it: 120 requests a minute, 20,000 a day, {left:,} left" in said
    assert vendor.api_key not in said


def test_a_key_and_a_token_that_may_too_little_are_found_before_they_are_needed(cloud, vendor, inventory):
    vendor.faults(http_401=1)
    cloud.switch(scopes_missing=["vpc:create"])
    before = cloud.state()
    code, said = inventory.make("doctor")
    assert code != 0
    assert "2 to be mended: api key, scope" in said
    assert vendor.api_key not in said
    assert cloud.state() == before


def test_an_address_that_the_list_of_admins_shuts_out_is_named_before_it_is_tried(inventory):
    inventory.stands_at("127.0.0.1")
    inventory.put("zz_own", firewall_admin_addresses=["198.51.100.7"])
    code, said = inventory.make("doctor")
    assert code != 0
    assert "you come from 127.0.0.1, which firewall_admin_addresses (198.51.100.7) does not let in" in said
    inventory.put("zz_own", firewall_admin_addresses=["127.0.0.0/8"])
    code, said = inventory.make("doctor")
    assert code == 0, said
    assert "127.0.0.1, one of firewall_admin_addresses" in said


def test_a_server_that_does_not_answer_is_said_to_be_switched_off_where_it_is(cloud, inventory):
    inventory.put("zz_own", droplet_boot_limit_s=1)
    inventory.make("droplet")
    (inventory.folder / "ssh_config").write_text(
        f"Host droplet\n  HostName 127.0.0.1\n  Port 9\n  IdentityFile {inventory.key}\n"
    )
    (number,) = [one["id"] for one in cloud.state()["droplets"]]
    code, said = inventory.make("doctor")
    assert code != 0
    assert "does not let you in" in said
    assert "DigitalOcean says that it is active; docs/troubleshooting.md" in said
    assert cloud.call("POST", f"/v2/droplets/{number}/actions", type="power_off").ok
    code, said = inventory.make("doctor")
    assert "DigitalOcean says that it is switched off; make console switches it on" in said


@pytest.mark.parametrize(
    ("switches", "settings", "line"),
    [
        ({"droplet_limit": 0}, {}, "0 of 0 droplets are there: delete one, or ask for more at https://"),
        ({}, {"droplet_size": "s-9vcpu-1gb"}, "set droplet_size to one of s-1vcpu-1gb"),
        ({}, {"droplet_image": "windows-95"}, "set droplet_image to one of ubuntu-22-04-x64"),
        ({"clock_ahead_s": 90}, {}, " s beside DigitalOcean's: sudo timedatectl set-ntp true"),
    ],
)
def test_a_line_that_fails_says_what_mends_it(cloud, inventory, switches, settings, line):
    if switches:
        cloud.switch(**switches)
    inventory.put("zz_own", **settings)
    code, said = inventory.make("doctor")
    assert code != 0
    assert [one for one in said.splitlines() if one.startswith("  FAILS") and line in one], said


def test_one_thing_that_fails_hides_no_other(cloud, inventory):
    inventory.token("wrong-token")
    inventory.key.with_suffix(".pub").write_text("ssh-ed25519 AAAAother other\n")
    code, said = inventory.make("doctor")
    assert code != 0
    assert "does not know the token (401)" in said
    assert "ssh has no key of users.yml: ssh-add ~/.ssh/id_ed25519" in said
    assert "not asked: mend the token first" in said
    assert "2 to be mended: ssh key, token" in said
    assert "wrong-token" not in said


def test_a_locked_vault_says_how_it_is_unlocked(cloud, inventory, tmp_path):
    word = tmp_path / "word"
    word.write_text("another word\n")
    code, said = inventory.make("doctor", environment={"ANSIBLE_VAULT_PASSWORD_FILE": str(word)})
    assert code != 0
    assert "export ANSIBLE_VAULT_PASSWORD_FILE=" in said
    code, said = inventory.make("doctor")
    assert code == 0, said


def test_what_is_still_the_examples_is_named(cloud, inventory):
    example = (ROOT / "inventory/example/group_vars/all/users.yml").read_text()
    (inventory.folder / "group_vars/all/users.yml").write_text(example)
    code, said = inventory.make("doctor")
    assert code != 0
    assert "users.yml: fill in your public ssh key" in said
