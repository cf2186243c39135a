"""Look for secrets where none may be: in output, on a droplet's disk, in its journal and processes, in a release.

The secrets themselves are only ever handed on through standard input, so that looking for them leaks nothing.
"""

from __future__ import annotations

import base64
import dataclasses
import gzip
import io
import json
import subprocess
import tarfile
import threading
import urllib.parse
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from testbed.shell import TestbedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from testbed.bed import Bed

# Prints what any account of the machine can see of the others' processes, each once, until its input is closed.
SPY = """
import pathlib, select
seen = set()
while not select.select([0], [], [], 0.05)[0]:
    for path in [one / name for one in pathlib.Path('/proc').glob('[0-9]*') for name in ('cmdline', 'environ')]:
        try:
            text = path.read_bytes().replace(bytes(1), b' ')
        except OSError:
            continue
        if text not in seen:
            seen.add(text)
            print(repr(text), flush=True)
"""
JOURNAL = "journalctl --all --no-pager --output export; find /var/log -name '*.gz' -exec zcat {} +"
# The patterns lie in memory while grep reads them; / is one file system with everything that outlives a restart.
GREP = """
umask 077; cat >/dev/shm/patterns
find / /run /run/lock /tmp /dev/shm -xdev -type f ! -path /dev/shm/patterns -print0 |
    xargs -0 grep -alFf /dev/shm/patterns || true
rm /dev/shm/patterns
"""
BACKUPS = "find /var/backups -name '*.dump' | while read -r file; do pg_restore --file - $file; done"


@dataclasses.dataclass
class Searcher:
    """Knows the secrets by name, and every spelling in which they could be written down."""

    secrets: dict[str, str] = dataclasses.field(default_factory=dict)

    def learn(self, secrets: Mapping[str, str]) -> None:
        """Look for these too from now on; values of before stay secret."""
        for name, value in ((name, value) for name, value in secrets.items() if value):
            self.secrets[f"{name} ({len(self.secrets)})"] = value

    def spellings(self) -> dict[str, str]:
        """Return each spelling with what it is."""
        return {
            spelling: f"{name}, {form}"
            for name, value in self.secrets.items()
            for form, spelling in _spellings(value.encode())
        }

    def found(self, where: str, data: bytes | str) -> list[str]:
        """Name each secret that is in the data, never its value."""
        data = data.encode(errors="surrogateescape") if isinstance(data, str) else data
        return sorted(f"{where}: {what}" for text, what in self.spellings().items() if text.encode() in data)

    def in_folder(self, folder: Path) -> list[str]:
        """Look into every file below a folder of the laptop."""
        files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
        return [hit for path in files for hit in self.found(str(path), _read(path))]

    def in_archive(self, path: Path) -> list[str]:
        """Look into a tar file, and into the wheels in it, unpacked."""
        return [hit for name, data in _members(path) for hit in self.found(f"{path.name}/{name}", data)]

    def on_disk(self, bed: Bed, allowed: Iterable[str] = ()) -> list[str]:
        """Look into every file of the droplet, temporary ones too; return those with a secret that are not allowed."""
        hits = _inside(bed, GREP, "\n".join(self.spellings())).decode().splitlines()
        return sorted(set(hits) - set(allowed))

    def said_by(self, bed: Bed, where: str, script: str) -> list[str]:
        """Look into what a shell script prints on the droplet."""
        return self.found(where, _inside(bed, script, ""))


class Spy:
    """Writes down what other users see of the processes, here and on a droplet, until it is called off."""

    def __init__(self, bed: Bed) -> None:
        """Start on both ends."""
        self._seen: set[bytes] = set()
        self._ends = threading.Event()
        self._here = threading.Thread(target=self._look, daemon=True)
        self._here.start()
        command = ["docker", "exec", "--interactive", "--user", "nobody", bed.container("droplet")]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._there = subprocess.Popen([*command, "python3", "-c", SPY], **pipes)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self.said: list[bytes] = []
        self._reader.start()

    def end(self) -> tuple[bytes, bytes]:
        """Return what was seen on this machine and on the droplet."""
        self._ends.set()
        self._here.join()
        if self._there.stdin:
            self._there.stdin.close()
        self._reader.join()
        self._there.wait()
        return b"\n".join(self._seen), b"".join(self.said)

    def _look(self) -> None:
        while not self._ends.wait(0.1):
            for process in Path("/proc").glob("[0-9]*"):
                self._seen.add(_read(process / "cmdline").replace(b"\0", b" "))

    def _read(self) -> None:
        self.said.extend(self._there.stdout or ())


def _spellings(value: bytes) -> Iterator[tuple[str, str]]:
    text = value.decode()
    yield "as it is", text
    yield "url", urllib.parse.quote(text, safe="")
    yield "url with its slashes", urllib.parse.quote(text)
    yield "url of a form", urllib.parse.quote_plus(text)
    yield "json", json.dumps(text)[1:-1]
    yield "hex", value.hex()
    yield "hex in capitals", value.hex().upper()
    # Three ways to stand in a stream of base64; what depends on its neighbours is cut off.
    for before in range(3):
        whole = base64.b64encode(bytes(before) + value).decode().rstrip("=")
        yield "base64", whole[(before * 8 + 5) // 6 : -1]


def _inside(bed: Bed, script: str, feed: str) -> bytes:
    command = ["docker", "exec", "--interactive", bed.container("droplet"), "bash", "-c", script]
    done = subprocess.run(command, input=feed.encode(), capture_output=True, timeout=300, check=False)
    if done.returncode:
        raise TestbedError(f"looking for leaks failed:\n{done.stderr.decode()[-500:]}")
    return done.stdout


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError:  # It is gone already, as temporary files and processes are.
        return b""
    return gzip.decompress(data) if path.suffix == ".gz" else data


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as tar:
        for member in tar:
            file = tar.extractfile(member)
            if file is None:
                continue
            data = file.read()
            yield member.name, data
            if member.name.endswith(".whl"):
                with zipfile.ZipFile(io.BytesIO(data)) as wheel:
                    yield from ((f"{member.name}/{name}", wheel.read(name)) for name in wheel.namelist())
