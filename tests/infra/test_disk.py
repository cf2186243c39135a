"""The alarm before a disk is full, and the room that is kept to act then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.infra.our_units import root, schedules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testinfra.host import Host

LOOK = "darkpool-disk.service"
BALLAST = "/var/lib/darkpool/ballast"
DRILL = "/var/backups/drill-of-the-disk"


def test_it_is_looked_at_by_cron_and_where_our_programs_write(host: Host) -> None:
    assert any(f"root systemctl start {LOOK}" in lines for lines in schedules(host).values())
    asked = root(host, "systemctl show %s -P ExecStart", LOOK).stdout
    for path in ("/var/lib/postgresql", "/var/lib/collector", "/var/log", "/var/backups"):
        assert f" {path} " in asked


def test_a_look_says_how_full_each_file_system_is(host: Host) -> None:
    assert root(host, "systemctl start %s", LOOK).rc == 0, "a disk is too full"
    said = root(host, "journalctl -u %s -n 20 -o cat --no-pager", LOOK).stdout
    assert "/ has used " in said
    assert "% of its room" in said


def test_the_ballast_takes_what_it_says(host: Host) -> None:
    size, blocks, mode = root(host, "stat --format='%%s %%b %%a' %s", BALLAST).stdout.split()
    assert int(blocks) * 512 >= int(size) > 0
    assert mode == "600"


@pytest.fixture
def a_small_disk(host: Host) -> Iterator[str]:
    """A file system of its own among the places that are looked at: here a container's or a machine's memory."""
    command = "mkdir -p {0} && mount -t tmpfs -o size=8m,nr_inodes=100,mode=755 drill {0}"
    made = root(host, command.format(DRILL))
    if made.rc:
        pytest.skip("this machine lets nobody mount a small disk")
    yield f"/usr/bin/python3 -I /usr/local/lib/darkpool/darkpool_disk.py 85 {DRILL}"
    root(host, f"umount {DRILL}; rmdir {DRILL}")


def test_a_disk_that_fills_is_told_before_it_is_full_in_bytes_and_in_inodes(
    host: Host, a_small_disk: str
) -> None:
    assert root(host, a_small_disk).rc == 0
    root(host, f"fallocate --length 7M {DRILL}/fill")
    full = root(host, a_small_disk)
    assert (full.rc, "88 % of its room" in full.stdout, "disk-full.md" in full.stdout) == (1, True, True)
    root(host, f"rm {DRILL}/fill; touch $(seq --format '{DRILL}/%.0f' 90)")
    full = root(host, a_small_disk)
    assert (full.rc, "% of its inodes" in full.stdout) == (1, True)
    root(host, f"rm {DRILL}/*")
    assert root(host, a_small_disk).rc == 0
