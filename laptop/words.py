"""How the laptop's commands speak: to a person, or to a log."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable


class Refused(Exception):
    """What cannot be done, and the fix; or several of them."""

    def __str__(self) -> str:
        """Each on its own."""
        return "\n".join(str(one) for one in self.args)

    @classmethod
    def because(cls, what: str, fix: str) -> Refused:
        """One problem and what to type."""
        return cls(f"{what}\n  fix: {fix}")


def guarded(call: Callable[[], int]) -> int:
    """Do it; a refusal is one message and exit 2, an interruption is quiet."""
    # Also where whoever started us let go of the keyboard, and when the terminal's window is closed.
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.default_int_handler)
    try:
        return call()
    except Refused as refused:
        print(f"\n{refused}\n", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, EOFError):
        print("\nStopped; nothing was changed that was not said above.", file=sys.stderr)
        return 130
