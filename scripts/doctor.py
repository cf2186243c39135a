"""Is everything there that make droplet and make deploy need? A line each; one that fails says what mends it.

Usage: scripts/doctor.py INVENTORY. Exit 0: all is well; 1: something is to be mended. Changes nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "roles/droplet/module_utils")]
from checks import digitalocean, laptop, server, vendor  # noqa: E402 -- what they need is found there
from checks.said import Facts, Ill, Waits  # noqa: E402 -- same
from darkpool_do.problems import Problem  # noqa: E402 -- same

from laptop.screen import GREEN, RED, coloured, wrapped  # noqa: E402 -- same

if TYPE_CHECKING:
    from collections.abc import Callable

CHECKS: tuple[tuple[str, Callable[[Facts], str]], ...] = (
    ("tools", laptop.tools),
    ("vault", laptop.vault),
    ("settings", laptop.filled_in),
    ("ssh key", laptop.ssh_key),
    ("api key", vendor.api_key),
    ("token", digitalocean.token),
    ("scope", digitalocean.scope),
    ("quota", digitalocean.quota),
    ("on sale", digitalocean.on_sale),
    ("clock", digitalocean.clock),
    ("server", server.server),
    ("address", server.address),
)


def main(inventory: str) -> int:
    """Look at everything, also after something that fails."""
    facts: Facts = {"inventory": inventory}
    ill = [title for title, check in CHECKS if not is_well(title, check, facts)]
    print()
    print(wrapped(f"{len(ill)} to be mended: {', '.join(ill)}") if ill else "All is well. Next: make plan")
    return 1 if ill else 0


def is_well(title: str, check: Callable[[Facts], str], facts: Facts) -> bool:
    """Make one check and print its line."""
    try:
        said = check(facts)
    except Waits as first:
        show("--", title, f"not asked: {first}")
    except FileNotFoundError as missing:
        show("--", title, f"not asked: there is no {missing.filename} on this machine yet")
    except (Ill, Problem) as found:
        show("FAILS", title, str(found), RED)
        return False
    else:
        show("ok", title, said, GREEN)
    return True


def show(verdict: str, title: str, said: str, colour: str = "") -> None:
    """Print one line; where it is too long for the screen the rest stands under its beginning."""
    line = wrapped(f"  {verdict:<6} {title:<9} {said}", indent=19)
    print(coloured(line, verdict, colour), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
