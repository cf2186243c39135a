"""`collector settings`: every setting as it will be used, no secret."""

from __future__ import annotations

from argparse import Namespace

from collector.core.settings import shown
from collector.jobs.command import Command, Say, settings_of


def _settings(arguments: Namespace, say: Say) -> int:
    for name, value in shown(settings_of(arguments)).items():
        say(f"{name:23} {value}")
    return 0


COMMAND = Command("settings", "check the settings and show them without secrets", _settings)
