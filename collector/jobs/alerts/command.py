"""`collector alerts` and its words."""

from __future__ import annotations

from collector.jobs.alerts import deliver, listing, replay
from collector.jobs.command import Command

COMMAND = Command(
    "alerts",
    "what is on and was said: list, mute, ack, try, test, deliver",
    None,
    words=(listing.LIST, listing.MUTE, listing.ACK, listing.TRY, replay.COMMAND, deliver.COMMAND),
)
