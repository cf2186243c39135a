"""What is known on disk is whole, whoever writes it at the same time."""

import json
from concurrent.futures import ThreadPoolExecutor

from collector.store.knowledge import Knowledge


def test_a_pass_and_a_backfill_save_at_once_and_the_file_is_whole(tmp_path):
    path = tmp_path / "knowledge.json"

    def save_often(_):
        for _ in range(300):
            Knowledge(path).save()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save_often, range(4)))

    assert json.loads(path.read_text()) == []
    assert list(tmp_path.iterdir()) == [path]
