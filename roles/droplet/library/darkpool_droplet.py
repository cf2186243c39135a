"""One module for the droplet and everything around it; what it does is in module_utils/darkpool_do."""

from __future__ import annotations

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

MISSING = ""
try:
    from ansible.module_utils.darkpool_do import droplet
    from ansible.module_utils.darkpool_do.api import Api
    from ansible.module_utils.darkpool_do.problems import Problem
    from ansible.module_utils.darkpool_do.settings import Settings
except ImportError as error:
    MISSING = str(error)

DOCUMENTATION = """
---
module: darkpool_droplet
short_description: A droplet on DigitalOcean with its network, firewall, addresses and alarms
description:
  - Brings about exactly one droplet of a name, or deletes it with everything that belongs to it.
  - Its host key is made here and pinned before anybody connects.
options:
  state:
    description: Whether it should be there.
    type: str
    choices: [present, absent]
    default: present
  token: {description: The token of the API., type: str, required: true}
  endpoint: {description: Where the API is., type: str, default: "https://api.digitalocean.com"}
  pause_s: {description: Seconds between two looks at something that takes its time., type: float, default: 1.0}
  settings: {description: "What was chosen, as the role droplet describes it.", type: dict, required: true}
author: The darkpool authors
"""
EXAMPLES = """
- name: The droplet is there
  darkpool_droplet:
    token: "{{ droplet_api_token }}"
    settings: "{{ __droplet_settings }}"
"""
RETURN = """
address: {description: Where ssh goes., type: str, returned: when there is one}
name: {description: What all of it is called., type: str, returned: always}
steps:
  description: "What was done, or would be: deed, kind and name of each."
  type: list
  elements: dict
  returned: always
monthly: {description: "What a month costs in dollars, now and after.", type: dict, returned: always}
"""

ARGUMENTS = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "token": {"type": "str", "required": True, "no_log": True},
    "endpoint": {"type": "str", "default": "https://api.digitalocean.com"},
    "pause_s": {"type": "float", "default": 1.0},
    "settings": {"type": "dict", "required": True},
}
FILES = ("known_hosts", "host_key", "address_file", "spaces_key_file")
LISTS = ("ssh_keys", "firewall_rules", "alerts", "alert_emails")


def main() -> None:
    """Do it, and say what was done."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    if MISSING:
        module.fail_json(
            msg=f"{MISSING}. It belongs to this checkout's tools: run `make droplet`, which brings them."
        )
    given = dict(module.params["settings"])
    given |= {name: Path(given[name]) for name in FILES}
    given |= {name: tuple(given[name]) for name in LISTS}
    act = droplet.present if module.params["state"] == "present" else droplet.absent
    try:
        api = Api(module.params["token"], module.params["endpoint"], module.params["pause_s"])
        outcome = act(api, Settings(**given), check=module.check_mode)
    except Problem as problem:
        module.fail_json(msg=str(problem))
    for warning in outcome.warnings:
        module.warn(warning)
    module.exit_json(
        changed=bool(outcome.steps),
        name=module.params["settings"]["name"],
        steps=[{"deed": step.deed, "kind": step.part.kind, "name": step.name} for step in outcome.steps],
        address=outcome.address,
        monthly=outcome.monthly,
        diff=outcome.diff(),
    )


if __name__ == "__main__":
    main()
