"""The vendor's API: whether it takes the key, and what the key's plan gives. One request of one row."""

from __future__ import annotations

import requests

from checks.said import Facts, Ill, Waits, is_open, read
from collector.core.errors import BadKey, CollectorError, DailyLimit, NotInPlan, RateLimited, Transient
from collector.core.settings import VENDOR_URL
from collector.jobs.environment import release
from collector.sources.darkpool_trades import SOURCE
from collector.wire import answers
from collector.wire.told import Told, told

ANSWERS_WITHIN_S = (10, 20)


def api_key(facts: Facts) -> str:
    """Ask for one row of the feed that matters most."""
    key = read(facts, "secrets")[0]
    if is_open(key):
        raise Waits("mend the settings first")
    url = facts["vendor"] or VENDOR_URL
    response = asked(url, key, SOURCE.path.format(symbol=facts["symbols"][0]))
    limits = told(response.headers, 0.0)
    try:
        answers.value_of(response.status_code, response.headers, response.content)
    except RateLimited:
        return f"{url} takes it; this minute's requests are spent"
    except CollectorError as refused:
        raise Ill(mended(refused, url, facts["inventory"], limits)) from None
    return f"{url} takes it: {in_words(limits)}"


def asked(url: str, key: str, path: str) -> requests.Response:
    """Make the request; the key goes where the inventory says, whatever proxy the surroundings know."""
    headers = {"Authorization": f"Bearer {key}", "User-Agent": f"darkpool-collector/{release()}"}
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(
                url + path,
                params={"limit": "1"},
                headers=headers,
                timeout=ANSWERS_WITHIN_S,
                allow_redirects=False,
            )
        except (requests.RequestException, OSError) as reason:
            raise Ill(
                f"{url} does not answer ({type(reason).__name__}): this machine's connection, or collector_api_url?"
            ) from None


def mended(refused: CollectorError, url: str, inventory: str, limits: Told) -> str:
    """Say what to do about a refusal."""
    if isinstance(refused, BadKey):
        return (
            f"{url} refuses the key (401): put the right one in with ansible-vault edit "
            f"{inventory}/group_vars/all/vault.yml, or make rotate SECRET=api-key once a server runs"
        )
    if isinstance(refused, NotInPlan):
        return (
            f"{url} knows the key, but its plan does not include dark-pool prints (403): "
            f"take a plan that does, or leave {SOURCE.name} out of collector_feeds"
        )
    if isinstance(refused, DailyLimit):
        spent = f"all {limits.day_limit:,}" if limits.day_limit else "all"
        return (
            f"the key is good, but {spent} requests of the day are spent until 20:00 New York: "
            "docs/runbooks/quota-exhausted.md"
        )
    if isinstance(refused, Transient):
        said = str(refused).splitlines()[0]
        return f"{url} is out of order ({said}): run it again in a minute"
    return f"{url} is not the vendor's API ({refused}): correct collector_api_url"


def in_words(limits: Told) -> str:
    """Say what the plan gives and what of it is left, as the answer's headers tell."""
    parts = []
    if limits.counter is not None and limits.remaining is not None:
        parts.append(f"{limits.counter + limits.remaining:,} requests a minute")
    if limits.day_limit is not None:
        parts.append(f"{limits.day_limit:,} a day")
        if limits.day_count is not None:
            parts.append(f"{max(0, limits.day_limit - limits.day_count):,} left")
    return ", ".join(parts) or "it does not tell the plan's limits"
