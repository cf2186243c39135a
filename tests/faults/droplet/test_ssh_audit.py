"""What an outside auditor (ssh-audit) says of the droplet's sshd, and that it would complain of a worse one."""

import contextlib
import json
import socketserver
import subprocess
import sys
import threading

KINDS = ("kex", "key", "enc", "mac")


def audit(address, port):
    """Return the auditor's exit code and its report."""
    done = subprocess.run(
        [sys.executable, "-m", "ssh_audit", "-j", "-p", str(port), address],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.startswith("{"), f"the auditor reports nothing: {done.stdout}{done.stderr}"
    return done.returncode, json.loads(done.stdout)


def complaints(report):
    return [
        f"{level}: {entry['algorithm']}: {note}"
        for kind in KINDS
        for entry in report[kind]
        for level in ("fail", "warn")
        for note in entry["notes"].get(level, [])
    ]


@contextlib.contextmanager
def stock_daemon(bed):
    """Serve, on the laptop's loopback, the droplet's sshd program without any file of configuration."""
    command = ["docker", "exec", "-i", bed.container("droplet"), "/usr/sbin/sshd", "-i", "-f", "/dev/null"]

    class Session(socketserver.BaseRequestHandler):
        def handle(self):
            subprocess.run(command, stdin=self.request, stdout=self.request, timeout=60, check=False)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_the_auditor_finds_nothing(bed):
    lines = (line.split(None, 1) for line in bed.ssh_config().read_text().splitlines() if line[:1] == " ")
    way_in = dict(lines)
    code, report = audit(way_in["HostName"], way_in["Port"])

    assert all(report[kind] for kind in KINDS), f"nothing was evaluated: {report}"
    assert complaints(report) == []
    assert code == 0, report


def test_the_auditor_complains_of_a_daemon_without_our_file(bed):
    with stock_daemon(bed) as port:
        code, report = audit("127.0.0.1", port)

    assert code != 0
    assert any("nistp" in line for line in complaints(report)), report
