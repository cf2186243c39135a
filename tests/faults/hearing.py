"""What is told on the machine of the bed, as a receiver there hears it."""

import json
import re
import shlex
from pathlib import Path

import pytest

from testbed.shell import wait_until

__all__ = ["HEARD_PORT", "deliver", "heard", "told"]
HEARD_PORT = 8899
HEARD = "/run/drill-of-alerts.jsonl"
URLS = "/etc/collector/alerts-urls.json"
PROGRAM = "/run/drill-of-alerts.py"
BOX = "/var/lib/collector/alerts"
# A line of a notification that carries several messages.
ONE_OF_SEVERAL = re.compile(r"- \d\d:\d\d (.*) \[\w+\]")
MOVED = "/run/systemd/system/darkpool-deliver.service.d/moved.conf"


@pytest.fixture(scope="module")
def heard(owner):
    """Alerts go to a receiver of the drill's; what it heard: path, title and text."""
    program = shlex.quote((Path(__file__).parent / "droplet/receiver.py").read_text())
    owner(f"sudo cp -a {URLS} /root/urls.kept; sudo rm -rf {BOX}")
    owner(f"printf %s {program} | sudo tee {PROGRAM} >/dev/null")
    owner(f"sudo systemd-run --quiet --unit=receiver python3 {PROGRAM} {HEARD_PORT} {HEARD}")
    wait_until("the receiver", lambda: f":{HEARD_PORT}" in owner("ss -ltn"), 600)
    text = json.dumps([{"url": f"json://127.0.0.1:{HEARD_PORT}/alerts"}])
    owner(f"printf %s {shlex.quote(text)} | sudo tee {URLS} >/dev/null")
    yield lambda: [tuple(json.loads(line)) for line in owner(f"cat {HEARD} || true").splitlines()]
    owner(f"sudo cp -a /root/urls.kept {URLS}; sudo rm -rf /root/urls.kept {BOX}")
    owner(f"sudo systemctl stop receiver; sudo rm -f {HEARD} {PROGRAM}; sudo systemctl reset-failed")


def told(heard):
    """The title of each message that arrived, alone or together with others."""
    for _, title, text in heard():
        yield from ONE_OF_SEVERAL.findall(text) or [title]


def deliver(owner, moved_s=None):
    """A round of the unit that cron starts each minute; by a clock that is so far from the real one, if it is said."""
    go = "sudo systemctl start darkpool-deliver.service"
    if moved_s is not None:
        moved = f"[Service]\\nEnvironment=COLLECTOR_CLOCK_OFFSET_S={moved_s}\\n"
        put = f"sudo mkdir -p {Path(MOVED).parent}; printf '{moved}' | sudo tee {MOVED}; sudo systemctl daemon-reload"
        go = f"{put}; {go}; went=$?; sudo rm {MOVED}; sudo systemctl daemon-reload; exit $went"
    owner(go)
