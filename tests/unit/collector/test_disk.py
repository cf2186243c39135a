"""A file is whole, whoever writes it at the same time and however the writing ends."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from collector.store import disk
from collector.store.knowledge import Knowledge


def test_two_that_write_at_once_leave_one_whole_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "state.json"
    texts = [str(number) * 50_000 for number in range(4)]

    def write_often(text):
        for _ in range(30):
            disk.put(path, text, flushed=False)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write_often, texts))

    assert path.read_text() in texts
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_leaves_the_file_of_before(tmp_path):
    path = tmp_path / "state.json"
    disk.put(path, "before")

    with pytest.raises(UnicodeEncodeError):
        disk.put(path, "half of it \ud800")

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_mode_that_is_given_holds_whatever_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        disk.put(tmp_path / "page.html", "for everybody", 0o644)
        disk.put(tmp_path / "state.json", "ours")
    finally:
        os.umask(before)

    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        "page.html": 0o644, "state.json": 0o600,
    }  # fmt: skip


def test_a_pass_and_a_backfill_that_end_at_once_keep_what_they_know(tmp_path):
    path = tmp_path / "knowledge.json"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: Knowledge(path).save(), range(40)))

    assert path.read_text() == "[]"
