"""A secret is replaced in the vault and on the server, or in neither."""

import pytest

from laptop.questions import VAULT
from laptop.rotate import rotate
from laptop.vault import Vault
from laptop.words import Refused

BEFORE = '---\nvault_collector_api_key: "the-old-one"\nvault_postgresql_analyst_password: old-word\n'


@pytest.fixture
def inventory(tmp_path, monkeypatch):
    word = tmp_path / "word"
    word.write_text("the word\n")
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", str(word))
    monkeypatch.delenv("NEW_SECRET", raising=False)
    vault = tmp_path / "production" / VAULT
    vault.parent.mkdir(parents=True)
    Vault(vault, word).write(BEFORE)
    return tmp_path / "production"


def opened(inventory):
    return Vault(inventory / VAULT, inventory.parent / "word").read()


@pytest.mark.slow
def test_the_server_gets_it_from_the_vault_that_has_it_already(inventory, capsys):
    seen = []

    def play(tags):
        seen.append((tags, opened(inventory)))
        return 0

    assert rotate(inventory, "analyst", play=play) == 0
    [(tags, text)] = seen
    assert tags == "postgresql"
    assert "old-word" not in text
    assert opened(inventory) == text
    assert 'vault_collector_api_key: "the-old-one"' in text, "another secret was touched"
    new = text.rpartition('"')[0].rpartition('"')[2]
    assert len(new) == 48
    assert new not in capsys.readouterr().out


def test_when_the_server_does_not_take_it_the_vault_has_the_old_one_again(inventory, monkeypatch):
    monkeypatch.setenv("NEW_SECRET", "the-new-one")
    before = (inventory / VAULT).read_bytes()
    with pytest.raises(Refused, match="did not take the new api-key"):
        rotate(inventory, "api-key", play=lambda _: 2)
    assert (inventory / VAULT).read_bytes() == before


@pytest.mark.parametrize(("given", "said"), [("", "export NEW_SECRET="), ("a key with blanks", "has blanks")])
def test_a_new_key_that_cannot_be_right_changes_nothing(inventory, monkeypatch, given, said):
    monkeypatch.setenv("NEW_SECRET", given)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    before = (inventory / VAULT).read_bytes()
    with pytest.raises(Refused, match=said):
        rotate(inventory, "api-key", play=lambda _: pytest.fail("the server was reached for"))
    assert (inventory / VAULT).read_bytes() == before


@pytest.mark.slow
def test_a_secret_that_only_the_laptop_has_reaches_for_no_server(inventory, monkeypatch):
    vault = Vault(inventory / VAULT, inventory.parent / "word")
    vault.write(BEFORE + "vault_droplet_api_token: old\n")
    monkeypatch.setenv("NEW_SECRET", "dop_v1_new")
    assert rotate(inventory, "digitalocean", play=lambda _: pytest.fail("the server was reached for")) == 0
    assert 'vault_droplet_api_token: "dop_v1_new"' in opened(inventory)
