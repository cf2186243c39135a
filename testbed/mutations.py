"""Single mutations of a server, each with the infra tests that must notice it: tests/mutations/*.toml.

What a mutation may say is what `Mutation` has; `files` are put back as they were, so most need no undo of their own.
"""

from __future__ import annotations

import dataclasses
import random
from typing import TYPE_CHECKING

import tomllib

from testbed.bed import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = ROOT / "tests" / "mutations"
INFRA = "tests/infra"
# Words for the scripts, so that a mutation is a line: the cluster's names, and a question to its database.
WORDS = """\
shopt -s nullglob
PG=$(echo /etc/postgresql/*/main)
PGUNIT=postgresql@$(ls /etc/postgresql 2>/dev/null)-main
sql() { (cd / && runuser -u postgres -- psql -XAtqv ON_ERROR_STOP=1 -d darkpool -c "$1"); }
SAVED=/run/mutation
"""
SAVE = """\
rm -rf "$SAVED"; mkdir -m 700 "$SAVED"; cd /
for path in {files}; do
    kind=absent; [ ! -e "$path" ] && [ ! -L "$path" ] || kind=there
    echo "${{path#/}}" >>"$SAVED/$kind"
done
[ ! -s "$SAVED/there" ] || tar -cpf "$SAVED/files.tar" --no-recursion --files-from "$SAVED/there"
"""
RESTORE = """\
if [ -s "$SAVED/absent" ]; then while read -r path; do rm -rf "/$path"; done <"$SAVED/absent"; fi
if [ -s "$SAVED/there" ]; then tar -C / -xpf "$SAVED/files.tar" --overwrite; fi
rm -rf "$SAVED"
"""


@dataclasses.dataclass(frozen=True)
class Mutation:
    """One thing that is wrong with a server.

    `apply` does it, as root; `files` (shell words) are kept before and put back after; `then` makes the running server
    take note, after both; `undo` undoes what is no file; `red` names the tests that must notice. `scenario` is
    molecule's whose server it is for, where a machine as it is deployed by default has nothing of it.
    """

    name: str
    why: str
    apply: str
    red: tuple[str, ...]
    files: str = ""
    then: str = ""
    undo: str = ""
    scenario: str = ""

    def tests(self) -> list[str]:
        """Return the named tests as pytest takes them."""
        return [f"{INFRA}/{test}" for test in self.red]

    def applied(self) -> str:
        """Return the shell script that does it."""
        return "\n".join([WORDS, SAVE.format(files=self.files), self.apply, self.then])

    def undone(self) -> str:
        """Return the shell script that undoes it."""
        return f"{WORDS}\n{self.undo}\n{RESTORE}\n{self.then}"


def all_of_them() -> list[Mutation]:
    """Read every mutation there is."""
    files = [tomllib.loads(path.read_text()) for path in sorted(FOLDER.glob("*.toml"))]
    return [
        Mutation(
            **{
                "then": file.get("then", ""),
                "scenario": file.get("scenario", ""),
                **one,
                "red": tuple(one["red"]),
            }
        )
        for file in files
        for one in file["mutation"]
    ]


def sample(mutations: Sequence[Mutation], number: int, seed: int) -> list[Mutation]:
    """Return so many of them, the same for the same seed."""
    return random.Random(seed).sample(list(mutations), min(number, len(mutations)))  # noqa: S311 -- a choice, no secret
