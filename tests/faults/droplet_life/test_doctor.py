"""make doctor looks at everything, and each line that fails says what mends it."""

import pytest
from digitalocean import TOKEN
from rented import ROOT, Inventory


@pytest.fixture
def cloud(no_machines):
    no_machines.reset()
    return no_machines


@pytest.fixture
def inventory(cloud, tmp_path):
    return Inventory(tmp_path, cloud.url, TOKEN)


def test_where_all_is_well_it_says_so(cloud, inventory):
    code, said = inventory.make("doctor")
    assert code == 0, said
    assert said.count("\n  ok ") + said.startswith("  ok ") == 9
    assert "s-1vcpu-2gb in nyc3, $12.00 a month" in said
    assert cloud.asked("POST", "PUT", "DELETE") == []


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
    with (inventory.folder / "group_vars/all/droplet.yml").open("a") as file:
        file.writelines(f"{name}: {value}\n" for name, value in settings.items())
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
