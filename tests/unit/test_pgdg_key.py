"""The key that PGDG's packages are believed by is the one whose fingerprint the project publishes, and no other."""

import base64
import hashlib
import re
import struct

from house import ROOT

KEY = ROOT / "roles/postgresql/files/apt.postgresql.org.asc"
FINGERPRINT = "B97B0AFCAA1A47F044F244A07FCC7D46ACCC4CF8"
PUBLIC_KEY, PUBLIC_SUBKEY = 6, 14


def packets(armored):
    """Tag and body of each packet of an armored key, RFC 9580 section 4.2."""
    body = re.search(r"\n\n(.+?)\n=", armored, re.DOTALL)[1]
    raw, at = base64.b64decode(body), 0
    while at < len(raw):
        tag, kind = raw[at] >> 2 & 15, raw[at] & 3
        assert raw[at] & 0xC0 == 0x80, "not in the old format that this reads"
        size, width = struct.unpack_from(">" + "BHI"[kind], raw, at + 1)[0], (1, 2, 4)[kind]
        yield tag, raw[at + 1 + width : at + 1 + width + size]
        at += 1 + width + size


def test_the_shipped_key_is_pgdgs_and_alone():
    armored = KEY.read_text()
    keys = [body for tag, body in packets(armored) if tag in (PUBLIC_KEY, PUBLIC_SUBKEY)]
    found = [hashlib.sha1(b"\x99" + struct.pack(">H", len(key)) + key).hexdigest().upper() for key in keys]  # noqa: S324 - OpenPGP's own
    assert armored.count("BEGIN PGP PUBLIC KEY BLOCK") == 1
    assert found == [FINGERPRINT]
