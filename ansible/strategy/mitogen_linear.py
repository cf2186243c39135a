"""Ansible's linear strategy over an interpreter that stays on the server (decision 0029)."""

from ansible.plugins.loader import filter_loader, test_loader
from ansible_mitogen.plugins.strategy.mitogen_linear import StrategyModule

# Looked for once here, before the processes of the tasks begin: each would look through them all anew.
filter_loader.get("default")
test_loader.get("defined")

__all__ = ["StrategyModule"]
