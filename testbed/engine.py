"""Find a running container engine, or start the one of the system's packages."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

from testbed.shell import TestbedError, run, say, succeeds, wait_until

PID_FILE = Path("/run/darkpool-testbed-dockerd.pid")
LOG_FILE = Path("/var/log/darkpool-testbed-dockerd.log")
DAEMON_PID_FILE = Path("/var/run/docker.pid")
CONTAINERD_PID_FILE = Path("/var/run/docker/containerd/containerd.pid")

NO_ENGINE = (
    "no container engine is running. Start Docker (Docker Desktop, colima, or `sudo systemctl start docker`) "
    "and type the command again."
)


def running() -> bool:
    """Say whether an engine answers."""
    return shutil.which("docker") is not None and succeeds("docker", "info", timeout_s=20)


def ensure() -> None:
    """Leave with an engine that answers, installing and starting one where we are root.

    Raises:
        TestbedError: there is none and we may not make one.
    """
    if running():
        return
    if os.geteuid() != 0:
        raise TestbedError(NO_ENGINE)
    if shutil.which("dockerd") is None:
        _install()
    _start()


def stop() -> None:
    """End the engine if it is the one that this test bed started; leave any other alone."""
    if not PID_FILE.exists():
        return
    pid = PID_FILE.read_text().strip()
    PID_FILE.unlink()
    if not _is_dockerd(pid):
        return
    say(f"stopping the container engine that was started here (process {pid})")
    os.kill(int(pid), signal.SIGTERM)
    wait_until("the engine's end", lambda: not Path(f"/proc/{pid}").exists(), 30)


def architecture() -> str:
    """Return the engine's machine type as Python names it: x86_64 or aarch64."""
    return run("docker", "info", "--format", "{{.Architecture}}")


def _install() -> None:
    if shutil.which("apt-get") is None:
        raise TestbedError(NO_ENGINE)
    say("installing a container engine from the system's packages (docker.io)")
    apt_install("docker.io", "iptables")


def apt_install(*packages: str) -> None:
    """Install system packages on this machine, without asking anything."""
    quiet = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120")
    run(*quiet, "update")
    run(*quiet, "install", "-y", "--no-install-recommends", *packages)


def _start() -> None:
    if Path("/run/systemd/system").exists():
        say("starting the container engine")
        run("systemctl", "start", "docker")
    else:
        say(f"starting the container engine (log: {LOG_FILE})")
        _clear_stale()
        with LOG_FILE.open("ab") as log:
            daemon = subprocess.Popen(
                ["dockerd"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        PID_FILE.write_text(f"{daemon.pid}\n")
    try:
        wait_until("an answer of the container engine", running, 60)
    except TestbedError as slow:
        raise TestbedError(f"{slow}; its log is {LOG_FILE}") from None


def _clear_stale() -> None:
    """An engine that was ended without notice leaves pid files that stop the next one."""
    for pid_file in (DAEMON_PID_FILE, CONTAINERD_PID_FILE):
        if pid_file.exists() and not Path(f"/proc/{pid_file.read_text().strip()}").exists():
            pid_file.unlink()


def _is_dockerd(pid: str) -> bool:
    command = Path(f"/proc/{pid}/cmdline")
    return command.exists() and b"dockerd" in command.read_bytes()
