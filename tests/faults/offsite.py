"""Storage off-site for a bed: a server that speaks S3 over TLS beside its containers, and the settings that use it."""

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from testbed.shell import run, wait_until

# pgBackRest looks for a name in a certificate, not for an address.
NAME, PORT = "storage", "5443"
PROGRAM = [sys.executable, str(Path(__file__).with_name("s3_server.py"))]


@dataclasses.dataclass
class Storage:
    """Where it is, and a way to ask it."""

    address: str
    certificate: Path

    def ask(self, word):
        words = [*PROGRAM, word, f"https://{self.address}:{PORT}", str(self.certificate)]
        return json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)

    def is_made(self):
        with contextlib.suppress(subprocess.CalledProcessError):
            self.ask("make")
            return True
        return False

    def settings(self):
        """What an inventory says that has a bucket there."""
        return {
            "pgbackrest_offsite_bucket": "darkpool-backups", "pgbackrest_offsite_endpoint": NAME,
            "pgbackrest_offsite_port": int(PORT), "pgbackrest_offsite_region": "nyc3",
            "pgbackrest_offsite_uri_style": "path", "pgbackrest_offsite_ca": self.certificate.read_text(),
            "pgbackrest_offsite_key": "server", "pgbackrest_offsite_secret": "secret",
        }  # fmt: skip


@contextlib.contextmanager
def serving(bed, folder):
    """The storage, with its bucket, until the tests end."""
    gateway = "{{(index .IPAM.Config 0).Gateway}}"
    address = run("docker", "network", "inspect", "-f", gateway, bed.network).strip()
    certificate, key = folder / "ca.pem", folder / "key.pem"
    run(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
        "-addext", f"subjectAltName=DNS:{NAME},IP:{address}", "-keyout", str(key), "-out", str(certificate),
    )  # fmt: skip
    server = subprocess.Popen(
        [*PROGRAM, "serve", address, PORT, str(certificate), str(key)], start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        found = Storage(address, certificate)
        wait_until("the storage's first answer", found.is_made, 600)
        yield found
    finally:
        os.killpg(server.pid, signal.SIGKILL)


def make_known(bed, storage):
    """Let the droplet find the storage by its name."""
    hosts = f"grep -v {NAME} /etc/hosts > /run/hosts; cat /run/hosts > /etc/hosts"
    bed.execute("droplet", "sh", "-c", f"{hosts}; echo {storage.address} {NAME} >> /etc/hosts")
