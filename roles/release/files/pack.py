"""Build one release: the collector's wheel and all it needs, for a droplet's Python and machine, in one file.

Run by the role on the laptop; the last line of the output is JSON. What was built is kept under --cache.
"""

from __future__ import annotations

import argparse
import getpass
import hashlib
import json
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker

# Anything that changes what is in the tar file without changing the sources must change this.
FORMAT = "2"
SOURCES = ("collector", "analysis", "sql", "pyproject.toml", "uv.lock", "README.md", "LICENSE")
UNINTERESTING = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
VERSION_LINE = re.compile(r'^version = "([^"]+)"$', re.MULTILINE)
# What glibc 2.35 (Ubuntu 22.04, the oldest supported system) and newer can load.
GLIBCS = ("2_35", "2_34", "2_31", "2_28", "2_27", "2_24", "2_17")


@dataclass(frozen=True)
class Target:
    """The droplet, as far as a wheel cares."""

    python: str
    machine: str

    def markers(self) -> dict[str, str]:
        """Give the environment in which the lock's markers are judged."""
        return {
            "implementation_name": "cpython",
            "os_name": "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": "linux",
        }

    def pip_options(self) -> list[str]:
        """Tell pip for whom it collects."""
        platforms = [f"manylinux_{glibc}_{self.machine}" for glibc in GLIBCS] + [
            f"manylinux2014_{self.machine}"
        ]
        chosen = [option for platform in platforms for option in ("--platform", platform)]
        return ["--only-binary=:all:", "--implementation=cp", f"--python-version={self.python}", *chosen]


def main() -> int:
    """Name the release; build it unless it was built before or only its name is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--name-only", action="store_true")
    arguments = parser.parse_args()
    source, target = arguments.source.resolve(), Target(arguments.python, arguments.machine)
    version = name_release(source, target)
    archive = arguments.cache.resolve() / "releases" / f"{version}.tar"
    build = not arguments.name_only and not archive.exists()
    if build:
        pack(source, target, version, archive)
    answer = {
        "version": version,
        "archive": str(archive),
        "built": build,
        "commit": commit(source),
        "by": who(),
    }
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def name_release(source: Path, target: Target) -> str:
    """Give the project's version and, after the plus, what is in it and for whom: same content, same name."""
    total = hashlib.sha256(f"{FORMAT} {target.python} {target.machine}".encode())
    for path in sorted(content(source)):
        total.update(f"\0{path.relative_to(source).as_posix()}\0".encode())
        total.update(path.read_bytes())
    found = VERSION_LINE.search((source / "pyproject.toml").read_text())
    if found is None:
        raise SystemExit(f"{source}/pyproject.toml has no line version = ...")
    return f"{found[1]}+{total.hexdigest()[:12]}"


def content(source: Path) -> list[Path]:
    """List the files that are part of a release."""
    found = []
    for name in SOURCES:
        root = source / name
        if root.is_file():
            found.append(root)
        for path in root.rglob("*"):
            hidden = any(
                part.startswith(".") or part == "__pycache__" for part in path.relative_to(source).parts
            )
            if path.is_file() and not hidden and path.suffix != ".pyc":
                found.append(path)
    return found


def commit(source: Path) -> str:
    """Say which commit this is, and whether it is more than that."""
    head = subprocess.run(
        ["git", "-C", source, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
    )
    if head.returncode:
        return "none"
    changed = subprocess.run(
        ["git", "-C", source, "status", "--porcelain", "--", *SOURCES],
        capture_output=True,
        text=True,
        check=False,
    )
    return head.stdout.strip() + ("-changed" if changed.stdout.strip() else "")


def who() -> str:
    """Say who releases, for the release's own record."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


def pack(source: Path, target: Target, version: str, archive: Path) -> None:
    """Put wheels, requirements with hashes, and pip itself into one tar file."""
    requirements = locked(source, target, ["--no-dev", "--extra=archive"])
    pip = [line for line in locked(source, target, ["--only-group=dev"]) if line.startswith("pip==")]
    cache = archive.parent.parent
    needed = wheelhouse(requirements, target, cache / "wheelhouse")
    installer = wheelhouse(pip, target, cache / "wheelhouse")
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent) as scratch:
        wheel = own_wheel(source, version, Path(scratch))
        listed = Path(scratch, "requirements.txt")
        own_line = f"darkpool=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"
        listed.write_text("\n".join([*requirements, own_line]) + "\n")
        partial = Path(scratch, "release.tar")
        with tarfile.open(partial, "w") as tar:
            tar.add(listed, listed.name)
            for path in (wheel, *sorted(needed.glob("*.whl"))):
                tar.add(path, f"wheels/{path.name}")
            for path in installer.glob("pip-*.whl"):
                tar.add(path, "pip.whl")
        partial.rename(archive)


def locked(source: Path, target: Target, which: list[str]) -> list[str]:
    """Give the lock's requirements that the target needs, one a line, with hashes and without markers."""
    arguments = [
        "uv",
        "export",
        "--frozen",
        "--no-emit-project",
        "--no-header",
        "--no-annotate",
        "--project",
        source,
        *which,
    ]
    text = run(arguments).replace("\\\n", " ")
    lines = []
    for line in text.splitlines():
        head, _, hashes = line.partition("--hash")
        name, _, marker = head.partition(";")
        if name.strip() and (not marker.strip() or Marker(marker.strip()).evaluate(target.markers())):
            lines.append(f"{name.strip()} --hash{' '.join(hashes.split())}")
    return lines


def wheelhouse(requirements: list[str], target: Target, cache: Path) -> Path:
    """Collect the wheels of these requirements, once."""
    key = "\n".join([*requirements, target.python, target.machine])
    house = cache / hashlib.sha256(key.encode()).hexdigest()[:12]
    if house.exists():
        return house
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        listed, partial = Path(scratch, "requirements.txt"), Path(scratch, "wheels")
        listed.write_text("\n".join(requirements) + "\n")
        pip = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--disable-pip-version-check",
            "--no-deps",
            "--require-hashes",
        ]
        run([*pip, *target.pip_options(), "--dest", partial, "--requirement", listed])
        try:
            partial.rename(house)
        except OSError:
            # Two releases that are built side by side both fill it; the second finds the first one's.
            if not house.exists():
                raise
    return house


def own_wheel(source: Path, version: str, scratch: Path) -> Path:
    """Build our wheel from a copy that knows its full version, so that `collector --version` tells it."""
    copy = scratch / "source"
    copy.mkdir()
    for name in SOURCES:
        path = source / name
        if path.is_dir():
            shutil.copytree(path, copy / name, ignore=UNINTERESTING)
        elif path.exists():
            shutil.copy(path, copy / name)
    project = copy / "pyproject.toml"
    project.write_text(VERSION_LINE.sub(f'version = "{version}"', project.read_text(), count=1))
    run(["uv", "build", "--wheel", "--no-progress", "--out-dir", scratch / "dist", copy])
    return next((scratch / "dist").glob("*.whl"))


def run(arguments: list[str | Path]) -> str:
    """Run a program; when it fails, its own words are the message."""
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        shown = " ".join(str(argument) for argument in arguments[:4])
        raise SystemExit(f"{shown} ... failed ({done.returncode}):\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
