"""One collected market under a test that does to it what it likes, and what must hold of it at every moment."""

import gzip
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import forked
from database_door import Cut, Door
from embedded import Database, Server, tool_settings, wait_until
from prints import facts, served, stored

NEW_YORK = ZoneInfo("America/New_York")
SYMBOLS = ("SPY", "QQQ")
FEED = "darkpool_trades"
WORDS = {0: "done", 1: "a feed failed", 3: "no database", 4: "the key is refused"}
CLAIMED = """
select symbol, session_date::text, covered::text, settled::text, confirmed::text from ops.coverage
where feed = 'darkpool_trades'
"""
GROWN = "select lower(r), upper(r) from unnest(%s::tstzmultirange - %s::tstzmultirange) r"
_numbers = count(1)

Facts = tuple
Part = tuple[str, str]
Claims = dict[Part, list[str]]


class Interleaving:
    """Two hosts, one database behind a door, a fresh simulator; `check()` after whatever was done."""

    def __init__(self, server: Server, start: datetime, **oddities: float) -> None:
        self._server = server
        self.database = Database(server, f"interleaving_{next(_numbers)}")
        server.execute(
            f"create database {self.database.name} template template_darkpool owner darkpool_owner"
        )
        self.folder = Path(tempfile.mkdtemp(prefix="door"))
        self.door = Door(server.host, self.folder)
        self.simulator = forked.start_simulator(
            prints_per_day=1100, requests_per_minute=100_000, daily_limit=1_000_000
        )
        if oddities:
            self.simulator.faults(**oddities)
        self.hosts = [self._host(name) for name in ("one", "two")]
        self.latest = self.first = start
        self.started: list[forked.Collecting] = []
        self.ever: dict[Part, set[Facts]] = {}
        self.shown: dict[Part, set[Facts]] = {}
        self.promised: dict[Part, set[Facts]] = {}
        self.waited: dict[Part, set[Facts]] = {}
        self.day_is_spent = False
        self.move(start)

    def close(self) -> None:
        for one in self.started:
            if one.alive:
                one.kill()
        self.simulator.stop()
        self.door.close()
        shutil.rmtree(self.folder)
        self._server.execute(f"drop database {self.database.name} with (force)")

    def _host(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        return folder

    # What can be done.

    def move(self, now: datetime) -> None:
        """It is that moment for everybody, and time goes on from there."""
        self.offset_s = round((now - datetime.now(UTC)).total_seconds())
        self.simulator.set_clock(offset_s=self.offset_s)
        self.latest = max(self.latest, self.now)
        for host in self.hosts:
            settings = {
                **tool_settings(self.simulator),
                "COLLECTOR_DATABASE_DSN": f"dbname={self.database.name} user=collector host={self.folder}",
                "COLLECTOR_FEEDS": FEED,
                "COLLECTOR_LOG_FILE": str(host / "collector.log"),
                "COLLECTOR_STATE_DIR": str(host),
                "COLLECTOR_CLOCK_OFFSET_S": str(self.offset_s),
            }
            text = "".join(f"{name}='{value}'\n" for name, value in settings.items())
            (host / "collector.env").write_text(text, encoding="utf-8")

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset_s)

    @property
    def today(self) -> date:
        return self.now.astimezone(NEW_YORK).date()

    def start(self, *words: str, host: int = 0) -> forked.Collecting:
        self.started.append(forked.Collecting(self.hosts[host], list(words)))
        return self.started[-1]

    def does(self, *words: str, host: int = 0) -> None:
        """To its end."""
        with self.witnessed():
            code = self.start(*words, host=host).ended()
        assert code in WORDS, self.started[-1].said

    def dies(self, requests: int, *words: str) -> None:
        """Killed when it has asked so often, or ended before."""
        with self.witnessed():
            asked = self.simulator.counters(reset=True)["total"]
            self.simulator.faults(latency_ms=25)
            process = self.start(*words)
            wait_until(lambda: self.simulator.counters()["total"] - asked >= requests or not process.alive)
            process.kill()
            self.simulator.faults(latency_ms=0)

    def all_at_once(self, *works: tuple[int, list[str]]) -> None:
        with self.witnessed():
            for process in [self.start(*words, host=host) for host, words in works]:
                process.ended()

    def loses_the_database(self, commits: int, *words: str, after: bool) -> None:
        """At that commit, with or without it."""
        self.door.cut = Cut(commits, after)
        self.does(*words)
        self.door.cut = None

    def spoil(self, plan: list[str]) -> None:
        """So the next requests are answered."""
        self.day_is_spent |= "daily_429" in plan
        self.simulator.faults(plan=plan)

    def burst(self, symbol: str, minutes: int, prints: int) -> None:
        """So many more in a second that nobody has seen yet."""
        at = (self.latest + timedelta(minutes=minutes)).replace(microsecond=0)
        local = at.astimezone(NEW_YORK)
        if self.sessions(local.date(), local.date()) and 4 <= local.hour < 17:
            wanted = {"symbol": symbol, "at": at.isoformat(), "count": prints}
            self.simulator.faults(prints_in_one_second=wanted)

    # What must hold.

    @contextmanager
    def witnessed(self) -> Iterator[None]:
        """What was shown before and is claimed to be collected afterwards has been promised."""
        shown, before = self._shown(), self._claims()
        if self.spooled():
            # Pages that wait were asked for earlier, when less may have been shown.
            shown = {part: shown[part] & self.shown.get(part, set()) for part in shown}
        self.shown = shown
        yield
        gone = {part: self._vanished(*part) for part in shown}
        self._shown()
        for part, start, end in self._grown(before):
            inside = {one for one in shown.get(part, ()) if start <= datetime.fromisoformat(one[1]) < end}
            self.promised.setdefault(part, set()).update(inside - gone.get(part, set()))

    def check(self) -> None:
        """At every moment."""
        waiting = self._waiting()
        for part in self.parts():
            rows = [one[:6] for one in stored(self.database, *part)]
            assert len(rows) == len(set(rows)), f"{part}: a print is there twice"
            assert set(rows) <= self.ever.get(part, set()), f"{part}: a print that never was"
            lost = self.promised.get(part, set()) - set(rows)
            assert not lost, f"{part}: {len(lost)} prints are claimed and not there, as {min(lost)}"
            dropped = self.waited.get(part, set()) - waiting.get(part, set()) - set(rows)
            assert not dropped, f"{part}: {len(dropped)} prints left the spool for nowhere"
            noted = self.database.one(
                "select coalesce(sum(stored), 0) from ops.ledger "
                "where feed = 'darkpool_trades' and symbol = %s and session_date = %s",
                *part,
            )
            assert noted == len(rows), f"{part}: the ledger counts {noted} prints, there are {len(rows)}"
        assert not self.database.ask(
            "select * from ops.coverage where not (covered @> settled and settled @> confirmed) "
            "or upper(covered) > %s",
            self.latest + timedelta(minutes=5),
        )

    def settle(self) -> None:
        """All is well again and a night has passed: the tables are the truth."""
        self.spoil([])
        self.door.shut = False
        last = self.latest.astimezone(NEW_YORK).date()
        morning = datetime.combine(last + timedelta(days=1), datetime.min.time(), NEW_YORK)
        at = timedelta(hours=20, minutes=30) if self.day_is_spent else timedelta(hours=6, minutes=50)
        self.move((morning + at).astimezone(UTC))
        first = self.first.astimezone(NEW_YORK).date()
        days = ["--from", first.isoformat(), "--to", last.isoformat()]
        for host, words in ((1, ["run"]), (0, ["run"]), (0, ["backfill", *days])):
            with self.witnessed():
                process = self.start(*words, host=host)
                code = process.ended()
            assert code == 0, process.said
        self.check()
        for session in self.sessions(first, last):
            for symbol in SYMBOLS:
                self._is_the_truth(symbol, session)
        assert self.spooled() == []
        assert not self.database.ask("select * from ops.runs where outcome = 'running'")
        assert not self.database.ask("select * from ops.quarantine")

    def _is_the_truth(self, symbol: str, day: str) -> None:
        """Prints and their cancels; one that is no longer served may have been missed, or is marked."""
        truth, there = set(served(self.simulator, symbol, day)), set(stored(self.database, symbol, day))
        gone = self._vanished(symbol, day)
        lost = [one for one in truth - there if one[:6] not in gone]
        wrong = [one for one in there - truth if one[:6] not in gone]
        assert not lost, f"{symbol} {day}: {len(lost)} of {len(truth)} prints are not there so: {lost[:2]}"
        assert not wrong, f"{symbol} {day}: {len(wrong)} prints are there and should not so: {wrong[:2]}"
        marked = self.database.one(
            "select count(*) from trading.darkpool_trades where symbol = %s and missing_since is not null "
            "and (executed_at at time zone 'America/New_York')::date = %s",
            symbol,
            day,
        )
        assert marked == len([one for one in there if one[:6] in gone]), f"{symbol} {day}: marks are wrong"

    def spooled(self) -> list[Path]:
        return [path for host in self.hosts for path in (host / "spool").glob("*.page")]

    def _waiting(self) -> dict[Part, set[Facts]]:
        """The prints in the spool, which are nowhere else and may never be served again."""
        found: dict[Part, set[Facts]] = {}
        for path in self.spooled():
            page = json.loads(gzip.decompress(path.read_bytes()))
            part = (page["symbol"], page["session_date"])
            found.setdefault(part, set()).update(map(facts, page["rows"]))
        for part, prints in found.items():
            self.waited.setdefault(part, set()).update(prints)
        return found

    def sessions(self, first: date, last: date) -> list[str]:
        asked = {"from": first.isoformat(), "to": last.isoformat()}
        return [one["date"] for one in self.simulator.truth("sessions", **asked)]

    def parts(self) -> list[Part]:
        days = self.sessions(self.first.astimezone(NEW_YORK).date(), self.latest.astimezone(NEW_YORK).date())
        return [(symbol, day) for day in days for symbol in SYMBOLS]

    def _shown(self) -> dict[Part, set[Facts]]:
        found = {}
        for part in self.parts():
            truth = {one[:6] for one in served(self.simulator, *part)}
            self.ever.setdefault(part, set()).update(truth)
            found[part] = truth - self._vanished(*part)
        return found

    def _vanished(self, symbol: str, day: str) -> set[Facts]:
        return {one[:6] for one in served(self.simulator, symbol, day, "vanished")}

    def _claims(self) -> Claims:
        """What coverage says of each part: seen, seen again, seen the next morning."""
        return {(symbol, day): levels for symbol, day, *levels in self.database.ask(CLAIMED)}

    def _grown(self, before: Claims) -> Iterator[tuple[Part, datetime, datetime]]:
        for part, levels in self._claims().items():
            for now, then in zip(levels, before.get(part, ["{}"] * 3), strict=True):
                if now != then:
                    yield from ((part, start, end) for start, end in self.database.ask(GROWN, now, then))
