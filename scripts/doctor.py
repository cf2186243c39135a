"""Is everything there that make droplet and make deploy need? A line each; one that fails says what mends it.

Usage: scripts/doctor.py INVENTORY. Exit 0: all is well; 1: something is to be mended. Changes nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cloud

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "roles/droplet/module_utils"))
from darkpool_do.api import Api  # noqa: E402 -- it belongs to the role, and is found there
from darkpool_do.problems import LIMIT, TOKENS, Problem  # noqa: E402 -- same

if TYPE_CHECKING:
    from collections.abc import Callable

Facts = dict[str, Any]
TOOLS = {"ssh": "openssh-client", "ssh-keygen": "openssh-client", "git": "git"}
# Certificates, backups in time windows and a trader's timestamps go wrong beyond it.
MOST_SKEW_S = 5
CONNECTS_WITHIN_S = 15
# What is asked of the inventory, with the roles' own defaults where it says nothing.
ASKED = {
    "token": "droplet_api_token | default('')",
    "url": "droplet_api_url | default('https://api.digitalocean.com')",
    "name": "droplet_name | default('darkpool-' ~ (inventory_dir | basename))",
    "size": "droplet_size | default('s-1vcpu-2gb')",
    "region": "droplet_region | default('nyc3')",
    "image": "droplet_image | default('ubuntu-22-04-x64')",
    "address": "ansible_host | default('')",
    "key_file": "ansible_ssh_private_key_file | default('')",
    "keys": "users_accounts | map(attribute='authorized_keys') | flatten",
    "secrets": "[collector_api_key, postgresql_analyst_password]",
}


class Ill(Exception):
    """Something is to be mended; the message says what and how."""


class Waits(Exception):
    """It cannot be looked at before something else is mended."""


def main(inventory: str) -> int:
    """Look at everything, also after something that fails."""
    facts: Facts = {"inventory": inventory}
    ill = [title for title, check in CHECKS if not is_well(title, check, facts)]
    print(f"\n{len(ill)} to be mended: {', '.join(ill)}" if ill else "\nAll is well.")
    return 1 if ill else 0


def is_well(title: str, check: Callable[[Facts], str], facts: Facts) -> bool:
    """Make one check and print its line."""
    try:
        said = check(facts)
    except Waits as first:
        print(f"  --     {title:<9} not asked: {first}")
    except (Ill, Problem) as found:
        print(f"  FAILS  {title:<9} {found}")
        return False
    else:
        print(f"  ok     {title:<9} {said}")
    return True


def tools(_facts: Facts) -> str:
    """See that the system's own tools are there; the others are locked in .venv."""
    missing = sorted({package for tool, package in TOOLS.items() if not shutil.which(tool)})
    if missing:
        raise Ill(
            f"not installed: {', '.join(missing)}. Debian, Ubuntu: sudo apt-get install {' '.join(missing)}"
        )
    return ", ".join(TOOLS)


def vault(facts: Facts) -> str:
    """Read the inventory, secrets and all."""
    asked = ", ".join(f"'{name}': {expression}" for name, expression in ASKED.items())
    try:
        facts |= cloud.asked_of(facts["inventory"], f"{{{{ {{{asked}}} }}}}")
    except cloud.Refused as refused:
        said = str(refused)
        if "vault" in said.lower():
            raise Ill(
                "vault.yml is locked: export ANSIBLE_VAULT_PASSWORD_FILE=<the file with its password>"
            ) from None
        raise Ill(f"the inventory cannot be read: {said.splitlines()[0]}") from None
    return "the inventory can be read"


def filled_in(facts: Facts) -> str:
    """See that no placeholder of the example is left; a token or an address may be."""
    needed = {"vault.yml": read(facts, "secrets"), "users.yml": read(facts, "keys")}
    left = [
        f"{file}: fill in {value[1:-1]}"
        for file, values in needed.items()
        for value in values
        if is_open(value)
    ]
    if left:
        raise Ill("; ".join(left))
    return "nothing is left open"


def ssh_key(facts: Facts) -> str:
    """See that ssh has the private half of a key that the server knows."""
    wanted = {key.split()[1] for key in read(facts, "keys") if len(key.split()) > 1}
    loaded = subprocess.run(
        ["ssh-add", "-L"], capture_output=True, text=True, check=False
    ).stdout.splitlines()
    files = [Path(facts["key_file"])] if facts["key_file"] else sorted((Path.home() / ".ssh").glob("id_*"))
    halves = [file.with_name(f"{file.name}.pub") for file in files if not file.name.endswith(".pub")]
    loaded += [half.read_text() for half in halves if half.exists()]
    if not wanted & {line.split()[1] for line in loaded if len(line.split()) > 1}:
        raise Ill(
            "ssh has no key of users.yml: ssh-add ~/.ssh/id_ed25519, or put the key that you have into users.yml"
        )
    return "ssh has a key that the server knows"


def token(facts: Facts) -> str:
    """Ask DigitalOcean whose token it is."""
    if is_open(read(facts, "token")) or not facts["token"]:
        raise Ill(
            f"there is none (needed by make droplet only): make one at {TOKENS} and put it into vault.yml"
        )
    facts["api"] = Api(facts["token"], facts["url"])
    facts["account"] = facts["api"].read("the account", facts["api"].client.account.get)["account"]
    return f"of {facts['account']['email']}"


def quota(facts: Facts) -> str:
    """See that a droplet may be rented, or is there."""
    found = needs_api(facts).pages("droplets", "droplets", facts["api"].client.droplets.list)
    limit = facts["account"]["droplet_limit"]
    if any(facts["name"] in droplet["tags"] for droplet in found):
        return f"{facts['name']} is there; {len(found)} of {limit} droplets"
    if len(found) >= limit:
        raise Ill(f"{len(found)} of {limit} droplets are there: delete one, or ask for more at {LIMIT}")
    return f"{len(found)} of {limit} droplets"


def on_sale(facts: Facts) -> str:
    """See that size, region and image can be had."""
    api = needs_api(facts)
    sizes = {one["slug"]: one for one in api.pages("sizes", "sizes", api.client.sizes.list)}
    size = sizes.get(facts["size"])
    if not size or not size["available"] or facts["region"] not in size["regions"]:
        there = [slug for slug, one in sizes.items() if facts["region"] in one["regions"]]
        raise Ill(
            f"{facts['size']} is not on sale in {facts['region']}: set droplet_size to one of {', '.join(there[:8])}"
        )
    images = [
        one["slug"] for one in api.pages("images", "images", api.client.images.list, type="distribution")
    ]
    if facts["image"] not in images:
        raise Ill(
            f"there is no image {facts['image']}: set droplet_image to one of {', '.join(filter(None, images))}"
        )
    return f"{facts['size']} in {facts['region']}, ${size['price_monthly']:.2f} a month"


def clock(facts: Facts) -> str:
    """Compare this machine's time with DigitalOcean's."""
    skew = needs_api(facts).skew_s()
    if abs(skew) > MOST_SKEW_S:
        raise Ill(f"{skew:+.0f} s beside DigitalOcean's: sudo timedatectl set-ntp true")
    return "agrees with DigitalOcean's"


def server(facts: Facts) -> str:
    """Log in, by the pinned key only."""
    address, inventory = read(facts, "address"), Path(facts["inventory"])
    if not address or is_open(address):
        return "not there yet: make droplet"
    config = inventory / "ssh_config"
    if not config.exists():
        return f"{address}, not set up yet: make deploy"
    options = ["-F", str(config), "-o", "BatchMode=yes", "-o", f"ConnectTimeout={CONNECTS_WITHIN_S}"]
    done = subprocess.run(
        ["ssh", *options, "droplet", "sudo -n true"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise Ill(
            f"{address} does not let you in ({said}): docs/troubleshooting.md, docs/runbooks/locked-out.md"
        )
    return f"{address} lets you in, by its pinned key"


def is_open(value: str) -> bool:
    """Say whether a value is still the example's placeholder."""
    return str(value).startswith("<")


def read(facts: Facts, name: str) -> Any:  # noqa: ANN401 -- whatever the inventory holds
    """Return what the inventory says, once it can be read."""
    if name not in facts:
        raise Waits("mend the inventory first")
    return facts[name]


def needs_api(facts: Facts) -> Api:
    """Return the API, once the token is known to be good."""
    if "account" not in facts:
        raise Waits("mend the token first")
    api: Api = facts["api"]
    return api


CHECKS: tuple[tuple[str, Callable[[Facts], str]], ...] = (
    ("tools", tools),
    ("vault", vault),
    ("settings", filled_in),
    ("ssh key", ssh_key),
    ("token", token),
    ("quota", quota),
    ("on sale", on_sale),
    ("clock", clock),
    ("server", server),
)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
