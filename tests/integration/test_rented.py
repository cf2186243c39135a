"""A deploy rents a droplet only for whom it was told to."""

import pytest

from laptop.questions import VAULT
from laptop.rented import rented
from laptop.vault import Vault


@pytest.fixture
def inventory(tmp_path, monkeypatch):
    word = tmp_path / "word"
    word.write_text("the word\n")
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", str(word))
    # Who looks for a mistake of his own makes all of Ansible talk.
    monkeypatch.setenv("ANSIBLE_VERBOSITY", "3")
    (tmp_path / VAULT).parent.mkdir(parents=True)

    def describe(token, address):
        Vault(tmp_path / VAULT, word).write(f"---\nvault_droplet_api_token: {token}\n")
        host = f"      ansible_host: {address}\n" if address else ""
        (tmp_path / "hosts.yml").write_text(f"---\ndroplets:\n  hosts:\n    droplet:\n{host}")
        return tmp_path

    return describe


@pytest.mark.slow
@pytest.mark.parametrize(
    ("token", "address", "expected"),
    [
        ("dop_v1_x", "<the droplet's IPv4 address>", True),
        ("dop_v1_x", "", True),
        ("dop_v1_x", "192.0.2.7", False),
        ('""', "<the droplet's IPv4 address>", False),
        ("<a token that may read and write>", "", False),
    ],
)
def test_who_has_a_token_and_typed_no_address_rents(inventory, token, address, expected):
    assert rented(inventory(token, address)) is expected


@pytest.mark.slow
def test_whose_machines_change_places_rents_none_at_a_deploy(inventory):
    folder = inventory("dop_v1_x", "")
    machine = folder / "host_vars/droplet/machine.yml"
    machine.parent.mkdir(parents=True)
    machine.write_text("ansible_host: 198.51.100.7\n")

    assert not rented(folder)
