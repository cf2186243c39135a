"""An owner who lets make rent his droplet from the fake DigitalOcean."""

import re

from inventories import ROOT, Described

from laptop.vault import Vault

__all__ = ["ROOT", "Inventory"]


class Inventory(Described):
    """An inventory with a token, and where the fake is."""

    name = "darkpool-production"
    api_key = "7f3a91c05e2bd84416af09c3e1"

    def __init__(self, folder, url, token, *, checkout=None, **settings):
        super().__init__(folder, checkout=checkout)
        self.init(UNUSUAL_WHALES_API_KEY=self.api_key, DIGITALOCEAN_TOKEN=token)
        self.put("ansible", ansible_ssh_private_key_file=self.key)
        self.put("droplet", droplet_api_url=url, **settings)

    def token(self, token):
        """Put another token into the vault."""
        self._secret("droplet_api_token", token)

    def vendor_key(self, key):
        """Put another key of the vendor's into the vault."""
        self._secret("collector_api_key", key)

    def stands_at(self, address):
        """Say where the server is, as make droplet does."""
        file = self.folder / "host_vars/droplet/droplet.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"---\nansible_host: {address}\n")

    def _secret(self, name, value):
        vault = Vault(self.folder / "group_vars/all/vault.yml", self.word)
        line = re.compile(rf"^vault_{name}: .*$", re.MULTILINE)
        vault.write(line.sub(f"vault_{name}: {value}", vault.read()))
