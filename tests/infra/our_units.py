"""Which units and schedules are ours, asked of the server, so that a new one is judged without an edit."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from testinfra.backend.base import CommandResult
    from testinfra.host import Host

OURS = "Ansible managed|Managed by Ansible"
SCHEDULED = re.compile(r"root systemctl start (\S+\.service)")


def root(host: Host, command: str, *arguments: str) -> CommandResult:
    with host.sudo():
        return host.run(command, *arguments)


def written(host: Host) -> list[str]:
    """Services whose whole unit file is ours; a template is asked about by an instance of it."""
    found = root(
        host, "find /etc/systemd/system -maxdepth 1 -type f -name '*.service' -exec grep -lE %s {} +", OURS
    )
    names = (path.rsplit("/", 1)[1] for path in found.stdout.split())
    return sorted(name.replace("@.", "@judged.") for name in names)


def sandboxed(host: Host) -> list[str]:
    """Services of the distribution that run in a sandbox by a drop-in of ours."""
    found = root(
        host,
        "grep -rlE '^ProtectSystem=' --include='*.conf' /etc/systemd/system | xargs -r grep -lE %s",
        OURS,
    )
    patterns = (
        re.sub(r"@\.service$", "@*.service", path.split("/")[-2][:-2]) for path in found.stdout.split()
    )
    listed = (
        root(host, "systemctl list-units --plain --no-legend --all %s", pattern) for pattern in patterns
    )
    return sorted({line.split()[0] for answer in listed for line in answer.stdout.splitlines()})


def schedules(host: Host) -> dict[str, list[str]]:
    """What cron starts by files of ours: a file and its lines, without the times."""
    files = root(host, "grep -rlE %s /etc/cron.d", OURS).stdout.split()
    return {
        path: [
            line.split(maxsplit=5)[5]
            for line in root(host, "cat %s", path).stdout.splitlines()
            if line and not line.startswith("#")
        ]
        for path in files
    }


def shown(host: Host, unit: str) -> dict[str, str]:
    """Every property that systemd knows of a unit; it does not print those that are empty."""
    lines = root(host, "systemctl show %s", unit).stdout.splitlines()
    return defaultdict(str, (line.split("=", 1) for line in lines if "=" in line))
