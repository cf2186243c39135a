"""A failover exchanges the machines on two posts, wherever it is interrupted."""

from pathlib import Path

import pytest

from laptop import posts

MACHINES = {"droplet": "198.51.100.1", "droplet-standby": "198.51.100.2"}


@pytest.fixture
def inventory(tmp_path):
    for post, address in MACHINES.items():
        folder = tmp_path / "host_vars" / post
        folder.mkdir(parents=True)
        (folder / "machine.yml").write_text(f"ansible_host: {address}")
        (tmp_path / posts.CONFIGS[post]).write_text(f"Host {post}\n  HostName {address}\n")
    return tmp_path


def on(inventory):
    """Who is where, in the inventory's files and in ssh's."""
    found = {
        post: (inventory / "host_vars" / post / "machine.yml").read_text().split()[1] for post in MACHINES
    }
    for post, address in found.items():
        assert (inventory / posts.CONFIGS[post]).read_text() == f"Host {post}\n  HostName {address}\n"
    return found


EXCHANGED = {"droplet": "198.51.100.2", "droplet-standby": "198.51.100.1"}


def test_the_machines_are_exchanged_and_exchanged_again(inventory):
    posts.change_places(inventory)
    assert on(inventory) == EXCHANGED
    posts.change_places(inventory)
    assert on(inventory) == MACHINES
    assert not posts.finish(inventory), "nothing is left to do"


class Killed(Exception):
    pass


@pytest.mark.parametrize("steps", range(7))
def test_an_interrupted_exchange_is_finished_and_not_undone(inventory, monkeypatch, steps):
    left = iter([True] * steps)

    def until_killed(really):
        def step(*arguments):
            if not next(left, False):
                raise Killed
            return really(*arguments)

        return step

    # The plan, three renames, two configurations, the end of the plan: each of these is one step on the disk.
    with monkeypatch.context() as patched:
        for name in ("rename", "replace", "unlink"):
            patched.setattr(Path, name, until_killed(getattr(Path, name)))
        with pytest.raises(Killed):
            posts.change_places(inventory)

    begun = posts.finish(inventory)

    assert begun == (steps > 0)
    assert on(inventory) == (EXCHANGED if begun else MACHINES)


def test_a_place_in_the_log_is_a_number():
    assert posts.bytes_of("1/2000060") - posts.bytes_of("0/2000000") == 2**32 + 0x60
