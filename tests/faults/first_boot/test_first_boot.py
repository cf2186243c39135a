"""The first connection waits for cloud-init, and hears of what went wrong in it."""

import pytest

from testbed import bed as beds
from tests.faults.first_boot.conftest import SEED

DONE = "/var/tmp/first_boot_is_done"


def is_done(laptop):
    return laptop.bed.execute("droplet", "sh", "-c", f"test -e {DONE} && echo yes || true") == "yes"


def test_a_first_boot_that_still_works_is_waited_for_and_not_for_ever(rented):
    laptop = rented({"runcmd": [["sleep", "25"], ["touch", DONE]]}, wait_for_units=False)
    code, said = laptop.comes_in(connection_first_boot_limit_s=1)
    assert not is_done(laptop), "it was done before anybody had to wait: this proves nothing"
    assert code != 0
    assert "cloud-init still works after 1 s: run again later" in said, said[-2000:]

    code, said = laptop.comes_in()
    assert code == 0, said[-3000:]
    assert is_done(laptop)


@pytest.mark.parametrize("system", ["debian-12", "debian-13"])
def test_a_first_boot_that_failed_stops_the_run_says_why_and_is_forgotten_after_a_repair(rented, system):
    laptop = rented({"runcmd": ["echo the disk is full; exit 3"]}, system, wait_for_units=False)
    code, said = laptop.comes_in()
    assert code != 0
    assert "The first boot failed" in said, said[-2000:]
    assert "the disk is full" in said
    assert "reboot it" in said

    beds.reboot(laptop.bed)
    code, said = laptop.comes_in()
    assert code == 0, said[-3000:]


# Newer ones tell what they got over; older ones only log it.
@pytest.mark.parametrize(
    ("system", "tells"), [("debian-12", False), ("debian-13", True), ("dressed-ubuntu-24.04", False)]
)
def test_a_first_boot_that_got_over_an_error_goes_on_and_shows_it(rented, system, tells):
    laptop = rented({"no_such_word": True}, system)
    code, said = laptop.comes_in()
    assert code == 0, said[-3000:]
    assert ("not without errors" in said) == tells
    assert ("cloud-init schema --system" in said) == tells
    # What cloud-init keeps, and who listens for the ssh daemon, differs from system to system.
    private = (laptop.bed.folder / "host_ed25519").read_text().splitlines()[4]
    assert laptop.holds(private) == {SEED}
    assert laptop.gets_in()[0]


def test_without_cloud_init_there_is_nothing_to_wait_for(rented):
    laptop = rented(None)
    code, said = laptop.comes_in()
    assert code == 0, said[-3000:]
    assert "Rotate" not in said
