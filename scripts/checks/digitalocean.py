"""DigitalOcean: the token and what it may, the quota, what is on sale, whose clock is right."""

from __future__ import annotations

from darkpool_do import scopes
from darkpool_do.api import Api
from darkpool_do.problems import LIMIT, TOKENS

from checks.said import Facts, Ill, Waits, is_open, read

# Certificates, backups in time windows and a trader's timestamps go wrong beyond it.
MOST_SKEW_S = 5


def token(facts: Facts) -> str:
    """Ask DigitalOcean whose token it is."""
    if is_open(read(facts, "token")) or not facts["token"]:
        raise Ill(
            f"there is none (needed by make droplet only): make one at {TOKENS} and put it into vault.yml"
        )
    facts["api"] = Api(facts["token"], facts["url"])
    facts["account"] = facts["api"].read("the account", facts["api"].client.account.get)["account"]
    return f"of {facts['account']['email']}"


def scope(facts: Facts) -> str:
    """Ask whether the token may do all that make droplet, make console and make destroy do with it."""
    options = {"block_storage": facts.get("volume"), "reserved_ip": facts.get("reserved")}
    lacking = scopes.missing(needs_api(facts), {kind for kind, wished in options.items() if wished})
    mend = f"make one with full access at {TOKENS}, then make rotate SECRET=digitalocean"
    if lacking and lacking >= scopes.writing():
        raise Ill(f"the token may read, and write nothing: {mend}")
    if lacking:
        raise Ill(f"the token lacks {', '.join(sorted(lacking))}: {mend}")
    return "the token may read and write what is needed"


def quota(facts: Facts) -> str:
    """See that a droplet may be rented, or is there."""
    found = needs_api(facts).pages("droplets", "droplets", facts["api"].client.droplets.list)
    limit = facts["account"]["droplet_limit"]
    facts["droplet"] = next((one for one in found if facts["name"] in one["tags"]), None)
    if facts["droplet"]:
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


def needs_api(facts: Facts) -> Api:
    """Return the API, once the token is known to be good."""
    if "account" not in facts:
        raise Waits("mend the token first")
    api: Api = facts["api"]
    return api
