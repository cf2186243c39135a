"""The verifier made on the laptop is the one PostgreSQL itself would have made."""

from __future__ import annotations

import base64
import runpy
from pathlib import Path

PLUGIN = runpy.run_path(str(Path(__file__).parents[2] / "roles/postgresql/filter_plugins/scram.py"))
# What PostgreSQL 15 kept after `create role x password 'pencil-16-letters'`, with the salt it had drawn.
SALT = "1mfIvBCkglilMoIGM4YRGw=="
KEPT = (
    "SCRAM-SHA-256$4096:1mfIvBCkglilMoIGM4YRGw=="
    "$uhUG0r1wU/pOLQpliz8DMhC05p/5U+trCGwCYbODjC4=:2E38goBVpBhqTR1yzJp0BOkBGidrGekcuNzr7+Sizvk="
)


def test_the_verifier_is_what_postgresql_makes_of_the_same_password_and_salt() -> None:
    assert PLUGIN["verifier"]("pencil-16-letters", base64.b64decode(SALT)) == KEPT


def test_the_salt_changes_with_the_host_and_not_from_run_to_run() -> None:
    make = PLUGIN["scram_verifier"]
    assert make("pencil-16-letters", "one analyst") == make("pencil-16-letters", "one analyst")
    assert make("pencil-16-letters", "one analyst") != make("pencil-16-letters", "two analyst")
