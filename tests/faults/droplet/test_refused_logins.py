"""A second machine tries to log in: neither a password nor the owner's key as root opens the door."""

import pytest


@pytest.fixture(scope="module")
def thief(stranger, bed):
    machine = stranger()
    machine.carry(bed.folder / "id_ed25519")
    return machine


def test_a_wrong_password_is_refused(thief):
    said, code = thief.ssh("trader", "-o PreferredAuthentications=password", password="wrong")
    assert code != 0
    assert "Permission denied (publickey)" in said


def test_root_is_refused_even_with_the_owners_key(thief):
    as_admin, admin_code = thief.ssh("trader", "-i /root/key")
    as_root, root_code = thief.ssh("root", "-i /root/key")

    assert admin_code == 0, f"the same key must let the admin in, or this proves nothing: {as_admin}"
    assert root_code != 0
    assert "Permission denied" in as_root
