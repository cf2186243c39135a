"""What the owner set about alerts, read from two files, with all problems at once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from collector.alerts import rules
from collector.alerts.channels import channels
from collector.alerts.deliver import Channel, Manners
from collector.alerts.message import SEVERITIES
from collector.core.errors import SettingsError

POLICY, URLS = "alerts.json", "alerts-urls.json"
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
MOST_PER_HOUR = 1000
NIGHT = re.compile(rf"{CLOCK.pattern}-{CLOCK.pattern}")
DEFAULTS: Mapping[str, Any] = {"quiet_hours": "", "most_per_hour": 12, "digest_at": "16:45", "rules": {}}


@dataclass(frozen=True)
class Policy:
    """Manners of delivery, when the digest is written (None: never), and the rules that are on."""

    manners: Manners
    digest_at: time | None
    rules: tuple[rules.Rule, ...]


def load(folder: Path) -> Policy:
    """The owner's policy; without a file the defaults."""
    return checked(_json(folder / POLICY, {}))


def load_channels(folder: Path) -> tuple[Channel, ...]:
    """The owner's channels; without a file none."""
    given = _json(folder / URLS, [])
    problems = channel_problems(given)
    if problems:
        raise SettingsError(problems)
    return channels(given)


def checked(given: Mapping[str, Any]) -> Policy:
    """The policy, or SettingsError with every problem; the deploy asks this too."""
    problems = [f"alerts_{name} is not a setting of alerts" for name in given if name not in DEFAULTS]
    values = {**DEFAULTS, **given}
    found, wrong = rules.configured(values["rules"])
    problems += wrong
    if values["quiet_hours"] and not NIGHT.fullmatch(str(values["quiet_hours"])):
        problems.append(
            f"alerts_quiet_hours is {values['quiet_hours']!r}: write '22:00-07:00', or '' for none"
        )
    if values["digest_at"] and not CLOCK.fullmatch(str(values["digest_at"])):
        problems.append(f"alerts_digest_at is {values['digest_at']!r}: write '16:45', or '' for none")
    if not (str(values["most_per_hour"]).isdigit() and 1 <= int(values["most_per_hour"]) <= MOST_PER_HOUR):
        problems.append(f"alerts_most_per_hour is {values['most_per_hour']!r}: write 1 to {MOST_PER_HOUR}")
    if problems:
        raise SettingsError(problems)
    begin, _, end = str(values["quiet_hours"]).partition("-")
    quiet = (time.fromisoformat(begin), time.fromisoformat(end)) if begin else None
    digest = time.fromisoformat(values["digest_at"]) if values["digest_at"] else None
    return Policy(Manners(quiet, int(values["most_per_hour"])), digest, found)


def channel_problems(given: object) -> list[str]:
    """What is wrong with the list of URLs, without showing one."""
    if not isinstance(given, list):
        return ["alerts_urls is no list: write - {url: ..., severities: [critical]}"]
    problems = []
    for number, one in enumerate(given, 1):
        if not isinstance(one, dict) or "://" not in str(one.get("url", "")):
            problems.append(f"alerts_urls, entry {number}: has no url of the form service://...")
            continue
        wrong = set(one) - {"url", "severities"}
        strange = [word for word in one.get("severities") or () if word not in SEVERITIES]
        problems += [f"alerts_urls, entry {number}: {name} is not known" for name in sorted(wrong)]
        problems += [
            f"alerts_urls, entry {number}: {word} is no severity: write {', '.join(SEVERITIES)}"
            for word in strange
        ]
    return problems


def _json(path: Path, default: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return default
    except (OSError, ValueError) as reason:
        raise SettingsError(
            [f"{path} cannot be read ({type(reason).__name__}): make deploy writes it"]
        ) from None
