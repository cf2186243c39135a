"""When the droplet goes, everything that costs money goes with it, and that is asked for, not believed."""

import pytest
from darkpool_do.problems import Problem
from digitalocean import NAME

EVERYTHING = {"volume_gb": 20, "reserved_ip": True, "spaces_bucket": "backups"}
COSTS = ("droplets", "volumes", "snapshots", "reserved_ips", "checks")


def left(owner):
    state = owner.cloud.state()
    kinds = (*COSTS, "firewalls", "alerts", "check_alerts", "spaces_keys", "tags")
    return {kind: state[kind] for kind in kinds if state[kind]}


def test_nothing_is_left_but_the_owners_ssh_key(owner):
    outcome = owner.present(**EVERYTHING)
    (droplet,) = owner.cloud.state()["droplets"]
    owner.cloud.call(
        "POST", f"/v2/droplets/{droplet['id']}/actions", type="snapshot", name="before the upgrade"
    )
    gone = owner.absent(**EVERYTHING, known_address=outcome.address)
    assert f"delete droplet {NAME}" in [str(step) for step in gone.steps]
    assert any("before the upgrade" in str(step) for step in gone.steps)
    assert left(owner) == {}
    state = owner.cloud.state()
    assert state["monthly_cost"] == 0
    assert all(vpc["default"] for vpc in state["vpcs"])
    assert len(state["keys"]) == 1
    assert owner.pinned() == []
    assert not owner.settings().address_file.exists()
    assert not owner.settings().spaces_key_file.exists()


def test_what_would_go_is_told_beforehand_and_nothing_goes(owner):
    owner.present(**EVERYTHING)
    before = owner.cloud.asked("DELETE")
    told = [str(step) for step in owner.absent(check=True, **EVERYTHING).steps]
    assert owner.cloud.asked("DELETE") == before
    assert told == [str(step) for step in owner.absent(**EVERYTHING).steps]


def test_what_is_somebody_elses_stays(owner):
    owner.present()
    owner.cloud.call("POST", "/v2/volumes", name="theirs", size_gigabytes=5, region="nyc3")
    owner.cloud.call("POST", "/v2/reserved_ips", region="nyc3")
    owner.cloud.call("POST", "/v2/vpcs", name="theirs", region="nyc3")
    owner.cloud.call(
        "POST", "/v2/droplets", name="theirs", region="nyc3", size="s-1vcpu-1gb", image="debian-12-x64"
    )
    theirs = next(one for one in owner.cloud.state()["droplets"] if one["name"] == "theirs")
    owner.cloud.call("POST", f"/v2/droplets/{theirs['id']}/actions", type="snapshot", name="theirs")
    owner.absent()
    state = owner.cloud.state()
    assert [vpc["name"] for vpc in state["vpcs"] if not vpc["default"]] == ["theirs"]
    assert [snapshot["name"] for snapshot in state["snapshots"]] == ["theirs"]
    assert [volume["name"] for volume in state["volumes"]] == ["theirs"]
    assert len(state["reserved_ips"]) == 1
    assert [droplet["name"] for droplet in state["droplets"]] == ["theirs"]


def test_a_reserved_address_that_was_left_behind_is_known_by_the_inventory(owner):
    """A droplet that somebody deleted in the console leaves it unassigned, and then it costs more."""
    outcome = owner.present(reserved_ip=True)
    (droplet,) = owner.cloud.state()["droplets"]
    owner.cloud.call("DELETE", f"/v2/droplets/{droplet['id']}")
    owner.absent(reserved_ip=True, known_address=outcome.address)
    assert left(owner) == {}


def test_a_droplet_made_anew_gets_its_old_address_with_its_new_key(owner):
    outcome = owner.present(reserved_ip=True)
    before = owner.pinned()
    (droplet,) = owner.cloud.state()["droplets"]
    owner.cloud.call("DELETE", f"/v2/droplets/{droplet['id']}")
    again = owner.present(reserved_ip=True, known_address=outcome.address)
    assert again.address == outcome.address
    assert len(owner.pinned()) == 1
    assert owner.pinned() != before


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", ["/v2/droplets", "/v2/reserved_ips", "/v2/volumes", "/v2/vpcs", "/v2/firewalls"]
)
def test_a_destroy_that_failed_in_the_middle_is_finished_by_the_next(owner, path):
    outcome = owner.present(**EVERYTHING)
    owner.cloud.spoil("http_403", method="DELETE", path=path)
    with pytest.raises(Problem, match="lacks the scope for"):
        owner.absent(**EVERYTHING, known_address=outcome.address)
    assert owner.settings().address_file.exists(), "the next run would not find the reserved address"
    owner.absent(**EVERYTHING, known_address=outcome.address)
    assert left(owner) == {}


def test_what_is_still_there_afterwards_is_named(owner, monkeypatch):
    owner.present()
    monkeypatch.setattr("darkpool_do.watching.UptimeCheck.delete", lambda *_: None)
    with pytest.raises(Problem, match=f"still there and still costing money: uptime check {NAME}"):
        owner.absent()


def test_a_network_that_still_names_its_member_is_waited_for(owner):
    owner.present()
    owner.cloud.switch(vpc_lingers=3)
    owner.absent()
    assert len(owner.cloud.asked("DELETE /v2/vpcs")) == 4


def test_where_nothing_is_nothing_goes(owner):
    assert owner.absent().steps == []
    assert owner.cloud.asked("DELETE") == []
