"""The few facts that the roles use, by the names that `ansible.builtin.setup` gives them (decision 0093).

Its own is `memory_limit_mb`: what a container may use, which on a machine is all there is.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

# Of control groups, the newer kind and the older.
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
CALLED = {"debian": "Debian", "ubuntu": "Ubuntu"}


def main() -> None:
    """Read them from the kernel and from os-release(5); nothing is changed."""
    module = AnsibleModule(argument_spec={}, supports_check_mode=True)
    release, memory = (pairs(path, mark) for path, mark in (("/etc/os-release", "="), ("/proc/meminfo", ":")))
    name, version = release.get("ID", "unknown"), release.get("VERSION_ID", "")
    facts = {
        "architecture": platform.machine(),
        "distribution": CALLED.get(name, name),
        "distribution_version": version,
        "distribution_major_version": version.split(".")[0],
        "distribution_release": release.get("VERSION_CODENAME", ""),
        "memtotal_mb": mib(memory["MemTotal"]),
        "memory_limit_mb": limit(mib(memory["MemTotal"])),
        "swaptotal_mb": mib(memory["SwapTotal"]),
        "python": {
            "executable": sys.executable,
            "version": {"major": sys.version_info.major, "minor": sys.version_info.minor},
        },
    }
    module.exit_json(ansible_facts=facts)


def pairs(path: str, mark: str) -> dict[str, str]:
    """Return a file's lines of the form name, mark, value."""
    lines = [line.split(mark, 1) for line in Path(path).read_text().splitlines() if mark in line]
    return {name.strip(): value.strip().strip("\"'") for name, value in lines}


def mib(said: str) -> int:
    """Return MiB of what the kernel says in kB."""
    return int(said.split(maxsplit=1)[0]) // 1024


def limit(most: int) -> int:
    """Return MiB that the control group allows; what is no number there says that there is no limit."""
    said = [Path(path).read_text().strip() for path in LIMITS if Path(path).is_file()]
    return min([most, *(int(one) // 1048576 for one in said if one.isdigit())])


if __name__ == "__main__":
    main()
