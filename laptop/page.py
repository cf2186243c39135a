"""The status page: written and fetched in one visit over ssh, opened here; nothing listens for it, there or here."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path

from laptop.server import Server

PLACE = Path(__file__).resolve().parents[1] / ".cache" / "status-page"


def show(server: Server) -> int:
    """Fetch it, say where it is, open it where there is a screen."""
    path = fetched(server)
    print(f"The status page is at {path.as_uri()}")
    if sys.stdout.isatty() and has_screen():
        webbrowser.open(path.as_uri())
    else:
        print("Open it in a browser; it asks for nothing else. make status-page fetches it anew.")
    return 0


def fetched(server: Server) -> Path:
    """The page as it is now, in a file that its owner alone reads."""
    text = server.ask("collector page --print")
    PLACE.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = PLACE / f"{server.inventory.resolve().name}.html"
    beside = path.with_suffix(".writing")
    beside.touch(mode=0o600)
    beside.write_text(text + "\n", encoding="utf-8")
    return beside.replace(path)


def has_screen() -> bool:
    """A text browser in the terminal would be no help."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
