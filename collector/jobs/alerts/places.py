"""Where alerts keep what they know, beside the database."""

from __future__ import annotations

from pathlib import Path

from collector.core.errors import SettingsError
from collector.core.settings import Settings


def folder(settings: Settings) -> Path:
    """Made at the first alert."""
    path = Path(settings.state_dir) / "alerts"
    try:
        path.mkdir(exist_ok=True)
    except OSError as reason:
        fix = f"create {settings.state_dir} for the user who runs this, or change COLLECTOR_STATE_DIR"
        raise SettingsError([f"{path} cannot be made ({reason.strerror}): {fix}"]) from None
    return path


def box(settings: Settings) -> Path:
    """Messages about the system."""
    return folder(settings) / "system.json"


def silences(settings: Settings) -> Path:
    """Mutes and acknowledgements."""
    return folder(settings) / "silences.json"


def policy(settings: Settings) -> Path:
    """What the deploy wrote."""
    return Path(settings.alerts_dir)
