"""Ansible's linear strategy over an interpreter that stays on the server (decision 0029)."""

from ansible_mitogen.plugins.strategy.mitogen_linear import StrategyModule

__all__ = ["StrategyModule"]
