"""What differs on the server from what the inventory says, by whom and since when. Changes nothing.

Usage: scripts/drift.py INVENTORY. Exit 0: nothing; 3: drift; 1: the server could not be asked.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PLAYBOOKS = [f"ansible/playbooks/{name}.yml" for name in ("site", "release", "drift")]
NOTHING, UNKNOWN, DRIFT = 0, 1, 3
LINES_OF_A_DIFFERENCE = 6
# A name that speaks of a secret, and what stands behind it; a verifier; a key's body.
SECRET = re.compile(
    r"(?i)((?:passw\w*|secret\w*|token\w*|api_?key\w*|verifier)\w*['\"]?\s*[=: ]\s*)\S+"
    r"|SCRAM-SHA-256\S+|(?<=AAAA)\S{20,}"
)
Result = dict[str, Any]


def main(inventory: str) -> int:
    """Ask, compare, print."""
    done = played(inventory, PLAYBOOKS, "--check", "--diff")
    results = list(every_result(done.stdout))
    seen = next((json.loads(one["stdout"]) for name, one in results if name.startswith("drift : Look")), None)
    if seen is None:
        print(failure(results) or done.stderr.strip() or done.stdout[-2000:], file=sys.stderr)
        return UNKNOWN
    found = [*differs(results, seen["files"]), *unknown(results, seen), *release(results, seen["release"])]
    for one in found:
        print(f"\n{covered(one)}")
    print(f"\n{summary(len(found))}")
    return DRIFT if found else NOTHING


def played(inventory: str, playbooks: list[str], *options: str) -> subprocess.CompletedProcess[str]:
    """What came of some playbooks; its output is JSON, read by `every_result`."""
    return subprocess.run(
        ["ansible-playbook", "-i", inventory, *playbooks, *options],
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json", "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def summary(number: int) -> str:
    """Say how it stands and what to type."""
    if not number:
        return "No drift: the server is what the inventory says, and nobody changed it by hand."
    return (
        f"{number} finding(s). `make deploy` puts right what the inventory knows.\nA file that no role knows is"
        " yours: remove it, or name it in drift_known_paths."
    )


def every_result(text: str) -> Iterator[tuple[str, Result]]:
    """Yield task name and result of each host, item and file; the last document holds all playbooks."""
    start = text.rfind("\n{\n") + 1 if "\n{\n" in text else max(text.find("{"), 0)
    try:
        plays = json.JSONDecoder().raw_decode(text[start:])[0]["plays"]
    except ValueError:
        return
    for task in (task for play in plays for task in play["tasks"]):
        for result in task["hosts"].values():
            for one in result.get("results") or result.get("written") or [result]:
                yield task["task"]["name"], {"action": result.get("action", ""), **one}


def failure(results: list[tuple[str, Result]]) -> str:
    """Return what the run stopped at."""
    stopped = [
        (name, one)
        for name, one in results
        if (one.get("failed") or one.get("unreachable")) and one.get("msg")
    ]
    return "\n".join(f"The server could not be asked. {name}:\n{one['msg']}" for name, one in stopped[:1])


def differs(results: list[tuple[str, Result]], files: dict[str, Result]) -> Iterator[str]:
    """Yield what a deploy would change: where, how, by whom and since when."""
    for name, one in results:
        if not one.get("changed") or one.get("skipped"):
            continue
        where = next(iter(paths(one)), "")
        touched = files.get(where)
        lines = [f"{where or subject(one)} is not what the inventory says ({name})"]
        lines += [person(touched)] if touched else []
        yield "\n".join(lines + [f"    {line}" for line in difference(one)])


def subject(result: Result) -> str:
    """Name what a task without a file is about."""
    called = arguments(result)
    return str(
        result.get("unit") or called.get("name") or result.get("item") or "something that is not shown"
    )


def person(file: Result) -> str:
    """Say who changed a file and when."""
    return f"    changed {file['at']} by {file['who']}; owner {file['owner']}"


def paths(result: Result) -> list[str]:
    """Return the files that a task writes, as it says itself."""
    called = arguments(result)
    said = [
        result.get("dest"),
        result.get("path"),
        called.get("dest"),
        called.get("path"),
    ]
    return [str(one) for one in said if one]


def difference(result: Result) -> list[str]:
    """Return the first lines that differ: - is on the server, + is what a deploy writes."""
    entries = result.get("diff") or []
    lines = []
    for one in entries if isinstance(entries, list) else [entries]:
        before, after = (str(one.get(side) or "").splitlines() for side in ("before", "after"))
        lines += [f"- {line}" for line in before if line not in after]
        lines += [f"+ {line}" for line in after if line not in before]
    rest = len(lines) - LINES_OF_A_DIFFERENCE
    return lines[:LINES_OF_A_DIFFERENCE] + ([f"... and {rest} more"] if rest > 0 else [])


def unknown(results: list[tuple[str, Result]], seen: Result) -> Iterator[str]:
    """Yield what is on the server and nobody declared."""
    ours = [path for _, one in results for path in paths(one)]
    whole, folders = set(ours), tuple(path for path in ours if path.endswith("/"))
    for path, file in seen["files"].items():
        if file["strange"] and path not in whole and not path.startswith(folders):
            says = [f"    says {line}" for line in file["says"][:LINES_OF_A_DIFFERENCE]]
            yield "\n".join([f"{path} was written by no role and no package", person(file), *says])
    accounts = {str(arguments(one).get("name")) for _, one in results if one["action"].endswith("user")}
    accounts |= {
        str(one.get("item", {}).get("name")) for _, one in results if isinstance(one.get("item"), dict)
    }
    for account in sorted(set(seen["accounts"]) - accounts - {"root"}):
        yield f"the account {account} was made by no role"
    yield from seen["packages"]


def arguments(result: Result) -> Result:
    """Return what a module was called with."""
    return (result.get("invocation") or {}).get("module_args") or {}


def release(results: list[tuple[str, Result]], runs: Result) -> Iterator[str]:
    """Yield a line if another release runs than the one that this checkout is."""
    said = next((one.get("stdout") for name, one in results if "Name the release" in name), None)
    wanted = json.loads(said)["version"] if said else ""
    if wanted and runs.get("version") != wanted:
        by = f", released {runs['released_at']} by {runs['released_by']}" if runs else ""
        yield f"the collector that runs is {runs.get('version', 'none')}{by}; this checkout is {wanted}: make release"


def covered(text: str) -> str:
    """Cover what looks like a secret."""
    return SECRET.sub(lambda found: f"{found[1] or ''}***", text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
