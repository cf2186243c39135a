"""Ansible's linear strategy over an interpreter that stays on the server (decision 0029)."""

import gc

from ansible.plugins.loader import action_loader, filter_loader, lookup_loader, test_loader
from ansible_mitogen.plugins.strategy.mitogen_linear import StrategyModule

# Looked for once here, before the processes of the tasks begin: each would look through them all anew.
filter_loader.get("default")
filter_loader.get("ansible.builtin.default")
filter_loader.get("community.general.dict_kv")
test_loader.get("defined")
test_loader.get("ansible.builtin.defined")
action_loader.get("ansible.builtin.normal", class_only=True)
for lookup in ("env", "file", "password", "template"):
    lookup_loader.get(f"ansible.builtin.{lookup}", class_only=True)
# A run makes little rubbish, and looking for it touches every page that those processes share with this one.
gc.freeze()
gc.disable()

__all__ = ["StrategyModule"]
