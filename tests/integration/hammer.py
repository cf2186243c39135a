"""A collector's client as a process of its own: asks again and again, and says how it went."""

import json
import sys
import time
from datetime import UTC, datetime

from collector.wire.budget import Budget
from collector.wire.client import Client

PATH = "/api/stock/SPY/iv-rank"


def main(url: str, state_dir: str, count: str, feed: str, priority: str) -> None:
    budget = Budget(state_dir)
    client = Client(url, "test-key", "9.9", 20, time.sleep, budget, lambda: datetime.now(UTC))
    for _ in range(int(count)):
        client.get(PATH, {}, feed=feed, priority=int(priority))
    print(json.dumps({"ok": int(count)}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
