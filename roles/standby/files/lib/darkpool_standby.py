#!/usr/bin/env python3
"""One machine of a pair of databases: say how it stands, follow the other, be promoted, be fenced.

Two marks in /var/lib/darkpool/standby outlive a reboot: `follows` (nothing is collected or backed up here) and
`fenced` (PostgreSQL does not start here). Run as root; the answer of `state`, `fence` and `promote` is JSON.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from pair_copy import close_kept, goes_on_from_here, open_kept, seed
from pair_machine import Machine, StandbyError, output, put, say

# What may not be at work beside another that leads.
JOBS = ("collector-stream.service", "collector.service", "darkpool-backup.service")
STREAMS_WITHIN_S = 60
BEHIND_S = 120
# What the package's empty cluster and role postgresql's empty database do not have.
HAS_DATA = """
select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
               where c.relkind in ('r', 'p', 'm') and n.nspname !~ '^(pg_|information_schema)')
"""
STATE = """
select json_build_object(
    'follows', pg_is_in_recovery(),
    'lsn', case when pg_is_in_recovery() then greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
                else pg_current_wal_flush_lsn() end,
    'replayed', pg_last_wal_replay_lsn(),
    'last_commit_at', pg_last_xact_replay_timestamp(),
    'received_at', (select last_msg_receipt_time from pg_stat_wal_receiver),
    'timeline', (select received_tli from pg_stat_wal_receiver where status = 'streaming'),
    'receives', exists (select from pg_stat_wal_receiver where status = 'streaming'),
    'feeds', exists (select from pg_stat_replication where state = 'streaming'),
    'behind_s', (select extract(epoch from coalesce(max(replay_lag), interval '0')) from pg_stat_replication),
    'synchronous', exists (select from pg_stat_replication where sync_state = 'sync'),
    'slot', (select wal_status from pg_replication_slots where slot_name = 'darkpool_standby'))
"""

KEEP_LOG = """
select pg_create_physical_replication_slot('darkpool_standby', true)
where not exists (select from pg_replication_slots where slot_name = 'darkpool_standby')
"""


def state(machine: Machine) -> dict[str, object]:
    """How this machine stands."""
    marks = {"fenced": machine.fenced.exists(), "marked": machine.follows.exists()}
    if not machine.runs():
        return {"runs": False, **marks}
    return {"runs": True, **marks, **json.loads(machine.sql(STATE))}


def fence(machine: Machine, why: str) -> dict[str, object]:
    """Stop what writes, then the database; neither comes back by itself."""
    for mark in (machine.follows, machine.fenced):
        put(mark, why)
    for job in JOBS:
        # What is not there cannot be stopped, and need not be.
        subprocess.run(["systemctl", "stop", job], check=False, stderr=subprocess.DEVNULL)
    output("systemctl", "stop", machine.unit)
    if machine.runs():
        raise StandbyError(
            f"{machine.unit} is stopped, and yet a database answers on port {machine.port}: stop it by hand"
        )
    controls = machine.controls()
    ended_well = controls["Database cluster state"] == "shut down"
    return {"ended_well": ended_well, "checkpoint": controls["Latest checkpoint location"]}


def promote(machine: Machine) -> dict[str, object]:
    """Let the database that followed lead, and what collects come back."""
    now = state(machine)
    if not now["runs"]:
        raise StandbyError(
            "this database does not run: pg_lsclusters, and the log in /var/log/postgresql/weekdays"
        )
    # Left from a time when this one led: it would wait for a standby that is not there.
    machine.synchronous_file.unlink(missing_ok=True)
    machine.sql("select pg_reload_conf()")
    if now["follows"]:
        # From now on, not from its rebuilding on: what is written meanwhile is what the other one needs first.
        machine.sql(KEEP_LOG)
    if now["follows"] and machine.sql("select pg_promote(true, 60)") != "t":
        raise StandbyError(
            "it did not become the leader within a minute: see /var/log/postgresql/weekdays, then again"
        )
    machine.follows.unlink(missing_ok=True)
    # Its backups begin: until there is one, log has nowhere to go. Where none are made there is no such unit.
    backup = ["systemctl", "start", "--no-block", "darkpool-pgbackrest.service"]
    subprocess.run(backup, check=False, stderr=subprocess.DEVNULL)
    return {**now, "led_already": not now["follows"], "fork": fork(machine)}


def fork(machine: Machine) -> str:
    """Where this database's present history leaves the one before."""
    newest = max(machine.data.glob("pg_wal/*.history"), default=None)
    return newest.read_text().strip().splitlines()[-1].split()[1] if newest else ""


def follow(machine: Machine, *, anew: bool) -> None:
    """Have the other's data, and go on from there."""
    leader = machine.ask_peer("IDENTIFY_SYSTEM").split("|")
    if machine.runs() and machine.is_standby() and not machine.fenced.exists():
        if streams(machine, leader, STREAMS_WITHIN_S // 3):
            say("it follows already: nothing to do")
            return
        if not anew:
            raise StandbyError(
                "it follows, but nothing arrives: is the first server up? If its log is gone: make rebuild-standby"
            )
    if machine.ask_peer("SHOW in_hot_standby") == "on":
        raise StandbyError(
            "the other one follows too: docs/runbooks/failover.md tells how to find out who leads"
        )
    if anew and was_replaced(machine, leader):
        fence(machine, "the other one was promoted from this one's data")
    refuse_to_lose(machine)
    put(machine.follows, "it follows the other one")
    output("systemctl", "stop", machine.unit)
    goes_on = goes_on_from_here(machine, leader)
    if goes_on:
        say("nothing was written here that the other one has not: it goes on from here")
        begins_to_follow(machine)
        goes_on = streams(machine, leader, STREAMS_WITHIN_S)
        if not goes_on:
            say("the log that it needs next is gone there: the data is copied instead")
            output("systemctl", "stop", machine.unit)
    if not goes_on:
        seed(machine)
        begins_to_follow(machine)
        if not streams(machine, leader, STREAMS_WITHIN_S):
            raise StandbyError(
                f"it has the data, but nothing arrives within {STREAMS_WITHIN_S} s: "
                "/var/log/postgresql/weekdays says why"
            )
    # From a time when this one led: it would keep log here for nobody.
    machine.sql("select pg_drop_replication_slot(slot_name) from pg_replication_slots where not active")
    say(f"it follows, at {machine.sql('select pg_last_wal_replay_lsn()')}")


def begins_to_follow(machine: Machine) -> None:
    """Start on the data that is here, as one that follows."""
    (machine.data / "standby.signal").touch()
    shutil.chown(machine.data / "standby.signal", "postgres", "postgres")
    machine.synchronous_file.unlink(missing_ok=True)
    machine.fenced.unlink(missing_ok=True)
    output("systemctl", "reset-failed", machine.unit)
    output("systemctl", "start", machine.unit)


def was_replaced(machine: Machine, leader: list[str]) -> bool:
    """Say whether the other one leads on a later history of this same database."""
    later = machine.runs() and not machine.is_standby() and machine.system() == leader[0]
    return later and int(leader[1]) > int(machine.controls()["Latest checkpoint's TimeLineID"])


def refuse_to_lose(machine: Machine) -> None:
    """A database that leads is overwritten only when it was fenced, or is as empty as the package left it."""
    if machine.fenced.exists() or machine.is_standby() or not (machine.data / "PG_VERSION").exists():
        return
    if not machine.runs():
        raise StandbyError(
            "a database that does not run, and was not fenced, is not overwritten: start it, or look whose it is"
        )
    databases = machine.sql(
        "select datname from pg_database where datallowconn and not datistemplate"
    ).split()
    if any(machine.sql(HAS_DATA, database) == "t" for database in databases):
        raise StandbyError(
            "this database leads and holds data: it is not overwritten. "
            "If the other one leads now, `sudo darkpool-standby fence` here first"
        )


def watch(machine: Machine) -> None:
    """Fail where there is no second copy, or it falls behind: a unit that fails is shown at each login."""
    now = state(machine)
    if now["fenced"]:
        raise StandbyError(
            f"this server was fenced ({machine.fenced.read_text().strip()}): make rebuild-standby"
        )
    if not now["runs"]:
        raise StandbyError("the database does not answer")
    if now["follows"]:
        if not now["receives"]:
            raise StandbyError(
                "nothing arrives from the server that leads: make rebuild-standby, if that one is well"
            )
        return
    if now["slot"] is None:
        raise StandbyError("there is no second copy: make rebuild-standby, or make standby for a new server")
    if now["slot"] not in ("reserved", "extended"):
        raise StandbyError(
            f"the second server cannot go on from where it was (slot: {now['slot']}): make rebuild-standby"
        )
    if not now["feeds"]:
        raise StandbyError(
            "the second server takes nothing: there is one copy only. Is it up? make rebuild-standby"
        )
    if now["behind_s"] > BEHIND_S:
        raise StandbyError(f"the second server is {now['behind_s']:.0f} s behind")
    say(f"the second server is {now['behind_s']:.1f} s behind")


def before_start(machine: Machine) -> int:
    """Called by PostgreSQL's unit: one that led does not start beside another that leads meanwhile."""
    if machine.is_standby() or not (machine.data / "PG_VERSION").exists():
        return 0
    try:
        if machine.ask_peer("SHOW in_hot_standby") == "on":
            return 0
        system = machine.ask_peer("IDENTIFY_SYSTEM").split("|")[0]
    except (StandbyError, subprocess.TimeoutExpired) as silent:
        # A standby that is down must not keep this one down.
        say(f"the other database does not answer, so this one starts: {silent}")
        return 0
    if system != machine.system():
        return 0
    for mark in (machine.follows, machine.fenced):
        put(mark, "the other one led when this one was about to start")
    say("<2>the other database leads: this one stays down. On the laptop: make rebuild-standby")
    return 1


def streams(machine: Machine, leader: list[str], within_s: float) -> bool:
    """Wait until the leader's log arrives, of its present history: one that left it asks for the old one for ever."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if machine.runs() and state(machine).get("timeline") == int(leader[1]):
            return True
        time.sleep(0.5)
    return False


def main() -> int:
    """Turn the words of the command line into calls."""
    parser = argparse.ArgumentParser("darkpool-standby", description=__doc__)
    words = parser.add_subparsers(dest="word", required=True)
    words.add_parser("state", help="how this machine stands")
    words.add_parser("fence", help="stop what writes here, for good").add_argument("--why", default="by hand")
    words.add_parser("promote", help="let this one lead")
    words.add_parser("follow", help="follow the other one").add_argument("--anew", action="store_true")
    words.add_parser("watch", help="fail where there is no second copy")
    for word, text in (("open", "start what was put aside, to be read"), ("close", "stop it again")):
        words.add_parser(word, help=text).add_argument("folder", type=Path)
    words.add_parser("before-start", help="for PostgreSQL's unit")
    given = parser.parse_args()
    try:
        machine = Machine()
        if given.word == "before-start":
            return before_start(machine)
        if given.word == "follow":
            follow(machine, anew=given.anew)
            return 0
        if given.word == "watch":
            watch(machine)
            return 0
        if given.word in ("open", "close"):
            (open_kept if given.word == "open" else close_kept)(machine, given.folder)
            return 0
        calls = {
            "state": lambda: state(machine),
            "promote": lambda: promote(machine),
            "fence": lambda: fence(machine, given.why),
        }
        say(json.dumps(calls[given.word]()))
    except (StandbyError, OSError, subprocess.TimeoutExpired) as error:
        sys.stderr.write(f"darkpool-standby: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
