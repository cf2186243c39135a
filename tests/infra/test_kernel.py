"""What the kernel is told, asked of the kernel; where a container may not tell it, of what will be told at boot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from testinfra.host import Host

WANTED = {
    "kernel.kptr_restrict": "2",
    "kernel.dmesg_restrict": "1",
    "kernel.yama.ptrace_scope": "2",
    "kernel.unprivileged_bpf_disabled": "1",
    "kernel.sysrq": "0",
    "fs.suid_dumpable": "0",
    "fs.protected_symlinks": "1",
    "fs.protected_fifos": "2",
    "fs.protected_regular": "2",
    "net.ipv4.ip_forward": "0",
    "net.ipv4.conf.all.accept_redirects": "0",
    "net.ipv4.conf.all.rp_filter": "1",
    "net.ipv4.tcp_syncookies": "1",
    "net.ipv6.conf.all.accept_redirects": "0",
}


@pytest.fixture(scope="module")
def at_boot(host: Host) -> dict[str, str]:
    """What all files of sysctl.d together say; a later line wins."""
    with host.sudo():
        lines = host.check_output("systemd-analyze cat-config sysctl.d").splitlines()
    pairs = (
        line.lstrip("-").split("=", 1) for line in lines if "=" in line and not line.startswith(("#", ";"))
    )
    return {key.strip().replace("/", "."): value.strip() for key, value in pairs}


@pytest.fixture(scope="module")
def may_tell_it(host: Host) -> bool:
    with host.sudo():
        return host.run("test -w /proc/sys/kernel/sysrq").rc == 0


@pytest.mark.parametrize(("key", "value"), WANTED.items())
def test_the_kernel_is_told(
    host: Host, at_boot: dict[str, str], key: str, value: str, *, may_tell_it: bool
) -> None:
    assert at_boot.get(key) == value, "another file of sysctl.d says otherwise"
    if may_tell_it:
        with host.sudo():
            assert host.check_output("sysctl --values %s", key) == value


def test_no_other_file_has_the_last_word_over_ours(host: Host, at_boot: dict[str, str]) -> None:
    lines = host.check_output("cat /etc/sysctl.d/99-zz-darkpool.conf").splitlines()
    ours = dict(re.split(r"\s*=\s*", line.lstrip("-"), maxsplit=1) for line in lines if line.startswith("-"))
    assert len(ours) > len(WANTED)
    assert {key: at_boot[key] for key in ours if at_boot[key] != ours[key]} == {}


@pytest.mark.parametrize("module", ["dccp", "sctp", "usb-storage", "firewire-core"])
def test_a_module_that_nobody_needs_is_not_loaded(host: Host, module: str) -> None:
    name = module.replace("-", "_")
    assert host.run("grep -q '^%s ' /proc/modules", name).rc != 0
    with host.sudo():
        # What modprobe would do; where there is no modprobe, nothing loads modules.
        would = host.run("command -v modprobe >/dev/null && modprobe --show-depends %s", module)
    assert would.rc != 0 or "install /bin/false" in would.stdout


def test_nobody_who_logs_in_writes_core_files(host: Host) -> None:
    assert host.check_output("bash -c 'ulimit -Hc'") == "0"
