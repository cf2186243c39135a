"""Raw bodies on disk: each is whole or passed over, whatever was torn between them."""

import random
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from embedded import ROOT

from collector.store import raw
from collector.store.raw import Keeper, Record, file_of, keep, read

NOW = datetime(2026, 11, 20, 20, 20, tzinfo=timezone.utc)
DAY = date(2026, 11, 20)
ONE = Record(
    "flow_recent", "SPY", DAY, NOW, "/api/stock/SPY/flow-recent", {"side": "ALL"}, b'[{"id": 1}]\n\x00\xff'
)


def record(number, **changed):
    return replace(ONE, fetched_at=NOW + timedelta(seconds=number), body=b'{"n": %d}' % number, **changed)


def file(folder):
    return file_of(folder, ONE.feed, DAY)


def test_what_was_kept_is_read_as_it_came_in_its_order(tmp_path):
    wanted = [ONE, record(1, symbol="QQQ"), replace(ONE, body=random.Random(1).randbytes(300_000))]
    for one in wanted:
        keep(tmp_path, one)
    assert list(read(file(tmp_path))) == wanted


def test_a_body_lies_in_the_file_of_its_feed_and_utc_day(tmp_path):
    late = record(4 * 3600)
    keep(tmp_path, late)
    assert list(read(tmp_path / "2026-11-21" / "flow_recent.gz")) == [late]


def test_wherever_a_member_is_torn_those_around_it_are_read(tmp_path):
    path = file(tmp_path)
    keep(tmp_path, record(1))
    whole = path.read_bytes()
    keep(tmp_path, record(2))
    both = path.read_bytes()
    for cut in range(len(whole), len(both)):
        path.write_bytes(both[:cut])
        assert list(read(path)) == [record(1)], cut
        keep(tmp_path, record(3))
        assert list(read(path)) == [record(1), record(3)], cut


def test_a_member_with_a_wrong_bit_is_passed_over_and_no_wrong_body_is_shown(tmp_path):
    path = file(tmp_path)
    for number in (1, 2, 3):
        keep(tmp_path, record(number))
    good = path.read_bytes()
    dice = random.Random(7)
    for _ in range(300):
        bad = bytearray(good)
        bad[dice.randrange(len(bad))] ^= 1 << dice.randrange(8)
        path.write_bytes(bytes(bad))
        found = list(read(path))
        assert all(one in [record(1), record(2), record(3)] for one in found)
        assert len(found) >= 2


def test_a_hole_of_zeros_after_a_power_cut_costs_only_itself(tmp_path):
    path = file(tmp_path)
    keep(tmp_path, record(1))
    path.write_bytes(path.read_bytes() + bytes(10_000))
    keep(tmp_path, record(2))
    assert list(read(path)) == [record(1), record(2)]
    path.write_bytes(b"")
    assert list(read(path)) == []


def test_killed_at_any_moment_every_body_that_was_reported_kept_is_read(tmp_path):
    program = textwrap.dedent(
        """
        import os, sys
        from dataclasses import replace
        from pathlib import Path
        sys.path[:0] = ["tests/integration", "tests/faults"]
        from test_raw_files import ONE, keep
        for number in range(100_000):
            keep(Path(sys.argv[1]), replace(ONE, body=sys.argv[2].encode() + b" %d " % number + os.urandom(200_000)))
            print(number, flush=True)
        """
    )
    kept = set()
    for life in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path), str(life)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3 + 2 * life):
            process.stdout.readline()
        process.kill()
        rest, _ = process.communicate()
        kept |= {(life, number) for number in range(3 + 2 * life + len(rest.split()))}
    found = {tuple(map(int, one.body.split(b" ")[:2])) for one in read(file(tmp_path))}
    assert kept <= found
    assert len(found) <= len(kept) + 6


def test_a_full_disk_is_counted_warned_of_once_and_leaves_the_file_whole(tmp_path):
    program = textwrap.dedent(
        f"""
        import resource, sys
        from pathlib import Path
        sys.path[:0] = ["tests/integration", "tests/faults"]
        from test_raw_files import ONE, Keeper, record
        from collector.core import logging
        logging.configure("", "info", "r1")
        keeper = Keeper(Path({str(tmp_path)!r}), 7, 1024)
        keeper.keep(record(1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
        for number in (2, 3, 4):
            keeper.keep(record(number, symbol="X" * number))
        print(keeper.kept, keeper.failed)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.split() == ["1", "3"], done.stderr
    assert done.stderr.count("raw bodies are not kept") == 1
    size = file(tmp_path).stat().st_size
    keep(tmp_path, record(5))
    assert list(read(file(tmp_path))) == [record(1), record(5)]
    assert size < 300


def test_a_folder_that_cannot_be_made_costs_no_rows(tmp_path):
    (tmp_path / "raw").write_text("a file")
    keeper = Keeper(tmp_path / "raw", 7, 1024)
    keeper.prune(NOW)
    keeper.keep(ONE)
    assert (keeper.kept, keeper.failed) == (0, 1)


def test_nothing_is_kept_when_no_days_are_wanted(tmp_path):
    keeper = Keeper(tmp_path / "raw", 0, 1024)
    keeper.keep(ONE)
    assert not (tmp_path / "raw").exists()
    assert (keeper.kept, keeper.failed) == (0, 0)


def test_beyond_its_room_nothing_is_kept_and_that_is_counted(tmp_path):
    keeper = Keeper(tmp_path, 7, 1)
    for number in range(4):
        keeper.keep(record(number, symbol=str(number)))
        keeper.keep(replace(ONE, body=random.Random(number).randbytes(600_000)))
    assert keeper.failed == 8 - keeper.kept > 0
    assert raw.size(tmp_path) < 2_000_000


def days_kept(folder, number, size=0):
    for back in range(number):
        one = replace(ONE, fetched_at=NOW - timedelta(days=back), body=random.Random(back).randbytes(size))
        keep(folder, one)


def test_days_go_when_they_are_too_old_and_never_today(tmp_path):
    days_kept(tmp_path, 10)
    for not_ours in ("notes", "20261101"):
        (tmp_path / not_ours).mkdir()
    gone = raw.prune(tmp_path, NOW, 7, 1024)
    assert gone == [date(2026, 11, day) for day in (11, 12, 13)]
    assert raw.days(tmp_path) == [date(2026, 11, day) for day in range(14, 21)]
    raw.prune(tmp_path, NOW, 0, 1024)
    assert raw.days(tmp_path) == [DAY]
    assert (tmp_path / "notes").exists()
    assert (tmp_path / "20261101").exists()


def test_the_oldest_days_go_until_the_rest_fits(tmp_path):
    days_kept(tmp_path, 4, size=600_000)
    raw.prune(tmp_path, NOW, 30, 2)
    assert raw.days(tmp_path) == [date(2026, 11, day) for day in (18, 19, 20)]
    raw.prune(tmp_path, NOW, 30, 0)
    assert raw.days(tmp_path) == [DAY]


@pytest.mark.parametrize("text", [b"", b"no json\nbody", b"[]\nbody", b'{"bytes": 4}\nbody'])
def test_a_member_that_is_not_ours_is_passed_over(tmp_path, text):
    assert raw._record(text) is None
