"""The live stream is killed again and again: a login, or a look at the collector, tells it until it has stayed up."""

import pytest

from testbed.shell import wait_until

UNIT = "collector-stream.service"
RECORD = f"/var/lib/darkpool/failures/{UNIT}.json"
# As shipped it waits for half a minute before it starts again, and counts as steady after five.
SOONER = {
    f"/run/systemd/system/{UNIT}.d/drill.conf": "[Service]\nRestartSec=1\n",
    f"/run/systemd/system/darkpool-steady@{UNIT}.timer.d/drill.conf": "[Timer]\nOnActiveSec=\nOnActiveSec=15\n",
}


@pytest.fixture
def sooner(owner):
    for path, text in SOONER.items():
        owner(f"sudo install -D /dev/stdin {path} <<'END'\n{text}END")
    owner(f"sudo systemctl daemon-reload; sudo systemctl restart {UNIT}")
    yield
    owner(f"sudo rm {' '.join(SOONER)}; sudo systemctl daemon-reload; sudo systemctl restart {UNIT}")


def process(owner):
    return owner(f"systemctl show -P MainPID {UNIT}").strip()


def killed(owner):
    before = process(owner)
    owner(f"sudo kill -KILL {before}")
    wait_until("its next start", lambda: process(owner) not in ("0", before), 600)


def told(owner):
    """What the owner sees without looking for it."""
    return [owner("sudo /etc/update-motd.d/50-darkpool"), owner("collector status 2>&1")]


@pytest.mark.usefixtures("sooner")
def test_a_stream_that_dies_again_and_again_is_told_until_it_has_stayed_up(owner):
    assert [text for text in told(owner) if UNIT in text] == []
    for count in (1, 2, 3):
        killed(owner)
        wait_until("its record", lambda n=count: f'"count": {n}' in owner(f"sudo cat {RECORD} || true"), 600)
    assert [text for text in told(owner) if f"FAILED    {UNIT}" not in text] == []
    wait_until("its being forgotten", lambda: owner(f"sudo ls {RECORD} || true") == "", 600)
    assert [text for text in told(owner) if UNIT in text] == []
