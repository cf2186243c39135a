"""Each thing that DigitalOcean can say no to ends in one line that names the fix, and nothing is rented twice."""

import dataclasses

import pytest
from darkpool_do.api import Api
from darkpool_do.problems import Problem
from digitalocean import NAME, TOKEN


def refused(owner, **changed):
    with pytest.raises(Problem) as caught:
        owner.present(**changed)
    said = str(caught.value)
    assert "\n" not in said
    assert TOKEN not in said
    return said


def test_a_wrong_token_names_where_to_make_one(owner):
    owner.token = "another-token"
    said = refused(owner)
    assert "does not know the token (401)" in said
    assert "https://cloud.digitalocean.com/account/api/tokens" in said
    assert "vault_droplet_api_token" in said
    assert "another-token" not in said


def test_a_token_without_a_scope_names_what_it_lacks(owner):
    owner.cloud.switch(scopes_missing=["vpc:create"])
    said = refused(owner)
    assert f"the token lacks the scope for creating VPC {NAME} (403)" in said
    assert "vpc:create" in said
    assert owner.cloud.state()["droplets"] == []


@pytest.mark.parametrize(
    ("switches", "changed", "fix"),
    [
        ({"droplet_limit": 0}, {}, "ask for a higher limit at https://cloud.digitalocean.com"),
        ({"sold_out": ["s-1vcpu-2gb"]}, {}, "choose another droplet_size or droplet_region"),
        ({}, {"size": "s-9vcpu-1gb"}, "correct droplet_size"),
        ({}, {"image": "windows-95"}, "correct droplet_image"),
        ({}, {"region": "mars1"}, "correct droplet_region"),
        (
            {},
            {"alert_emails": ("stranger@example.org",)},
            "an address of droplet_alert_emails that is verified",
        ),
        ({}, {"ssh_keys": ("ssh-ed25519 no",)}, "take the line that `cat ~/.ssh/id_ed25519.pub` prints"),
        ({}, {"firewall_rules": ({"port": 22, "from": "198.51.100.300"},)}, "firewall_admin_addresses"),
    ],
)
def test_what_makes_no_sense_names_the_setting(owner, switches, changed, fix):
    if switches:
        owner.cloud.switch(**switches)
    assert fix in refused(owner, **changed)


def test_when_the_hours_requests_are_used_up_it_is_said_when_they_come_back(owner):
    owner.cloud.switch(requests_per_hour=3)
    said = refused(owner)
    assert "too many requests (429). Run it again after " in said
    assert len(owner.cloud.asked()) == 4, "it went on asking"


def test_a_short_burst_is_waited_out(owner):
    owner.cloud.spoil("http_429", path="/v2/vpcs", method="GET", retry_after_s=1)
    owner.present()
    assert len(owner.cloud.state()["droplets"]) == 1


@pytest.mark.parametrize("fault", ["http_500", "http_503", "html_502", "reset"])
def test_what_is_read_is_read_again_when_the_other_side_stumbles(owner, fault):
    owner.cloud.spoil(fault, method="GET", times=3)
    owner.present()
    assert len(owner.cloud.state()["droplets"]) == 1


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("http_500", "out of order (500). Look at https://status.digitalocean.com"),
        ("http_503", "out of order (503)"),
        ("html_502", "out of order (502)"),
        ("reset", "no answer"),
    ],
)
def test_a_droplet_that_was_not_made_is_not_asked_for_a_second_time_in_the_same_run(owner, fault, said):
    owner.cloud.spoil(fault, method="POST", path="/v2/droplets")
    assert said in refused(owner)
    assert owner.cloud.asked("POST /v2/droplets") == ["POST /v2/droplets"]
    owner.present()
    assert len(owner.cloud.state()["droplets"]) == 1


@pytest.mark.parametrize("fault", ["http_500", "http_503", "html_502", "reset"])
@pytest.mark.parametrize(
    "path", ["/v2/droplets", "/v2/vpcs", "/v2/firewalls", "/v2/account/keys", "/v2/uptime"]
)
def test_what_was_made_although_the_answer_was_lost_is_found_and_not_made_again(owner, fault, path):
    owner.cloud.spoil(fault, method="POST", path=path, after=True)
    owner.present()
    state = owner.cloud.state()
    counts = {kind: len(state[kind]) for kind in ("droplets", "firewalls", "keys", "checks", "check_alerts")}
    assert counts == dict.fromkeys(counts, 1)
    assert owner.present().steps == []


def test_no_answer_at_all_names_the_connection(owner):
    nobody = Api(TOKEN, "http://127.0.0.1:9", pause_s=0.01)
    with pytest.raises(Problem, match=r"no answer.*Check this machine's connection"):
        nobody.read("the account", nobody.client.account.get)


def test_the_token_goes_in_clear_to_this_machine_only(owner):
    elsewhere = Api(TOKEN, "http://192.0.2.1", pause_s=0.01)
    with pytest.raises(Problem, match=r"no answer.*not permitted for non-TLS"):
        elsewhere.write("the account", elsewhere.client.account.get)


def test_a_droplet_that_does_not_come_up_is_waited_for_again_by_the_next_run(owner):
    owner.cloud.switch(stuck_in_new=True)
    said = refused(owner, boot_limit_s=0)
    assert "still 'new' after 0 s" in said
    assert "goes on waiting" in said
    assert "still 'new'" in refused(owner, boot_limit_s=0)
    assert len(owner.cloud.asked("POST /v2/droplets")) == 1


def test_a_droplet_that_is_switched_off_is_said_to_be(owner):
    owner.present()
    (droplet,) = owner.cloud.state()["droplets"]
    owner.cloud.call("POST", f"/v2/droplets/{droplet['id']}/actions", type="power_off")
    assert "is switched off: switch it on in the console" in refused(owner)


def test_two_droplets_with_the_tag_are_named_and_left_alone(owner):
    for _ in range(2):
        owner.cloud.call("POST", "/v2/droplets", name="x", region="nyc3", size="s-1vcpu-1gb",
                         image="debian-12-x64", tags=[NAME])  # fmt: skip
    said = refused(owner)
    assert all(str(droplet["id"]) in said for droplet in owner.cloud.state()["droplets"])
    assert len(owner.cloud.state()["droplets"]) == 2


def test_a_droplet_whose_host_key_was_made_elsewhere_is_not_believed(owner, tmp_path):
    owner.present()
    elsewhere = dataclasses.replace(owner, folder=tmp_path / "elsewhere")
    said = refused(elsewhere)
    assert "its host key is not known on this machine: copy" in said
    assert elsewhere.pinned() == []


def test_a_run_that_died_before_the_key_was_pinned_is_made_good_by_the_next(owner, monkeypatch):
    monkeypatch.setattr("darkpool_do.hostkey.Pin.create", died)
    with pytest.raises(KeyboardInterrupt):
        owner.present()
    monkeypatch.undo()
    assert owner.pinned() == []

    outcome = owner.present()
    assert len(owner.cloud.asked("POST /v2/droplets")) == 1
    assert [line.split()[0] for line in owner.pinned()] == [outcome.address]


def test_a_key_that_waits_for_a_droplet_is_not_pinned_to_one_that_was_made_elsewhere(
    owner, tmp_path, monkeypatch
):
    elsewhere = dataclasses.replace(owner, folder=tmp_path / "elsewhere")
    monkeypatch.setattr("darkpool_do.machine.Droplet.create", died)
    with pytest.raises(KeyboardInterrupt):
        elsewhere.present()
    monkeypatch.undo()
    assert elsewhere.settings().host_key.exists()

    owner.present()
    assert "its host key is not known on this machine" in refused(elsewhere)


def died(*_arguments):
    raise KeyboardInterrupt


def test_a_spaces_key_whose_secret_is_elsewhere_is_said_to_be(owner):
    owner.present(spaces_bucket="backups")
    owner.settings().spaces_key_file.unlink()
    assert "delete the key at https://cloud.digitalocean.com/spaces/access_keys" in refused(
        owner, spaces_bucket="backups"
    )
