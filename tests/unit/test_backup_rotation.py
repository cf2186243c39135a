"""Which backups stay: an answer that a person can count on the fingers."""

import importlib.util
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

FILE = Path(__file__).resolve().parents[2] / "roles/backup/files/lib/rotation.py"
SPEC = importlib.util.spec_from_file_location("rotation", FILE)
rotation = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(rotation)

NOW = datetime(
    2026, 11, 30, 2, tzinfo=timezone.utc
)  # a Monday, half an hour after Sunday's backup in New York
NIGHTLY = {Path(f"{day:03}"): NOW - timedelta(days=day, minutes=30) for day in range(400)}


def spared(days: int, weeks: int, months: int) -> dict[str, str]:
    stays = rotation.spared(NIGHTLY, NOW, days=days, weeks=weeks, months=months)
    return {path.name: why for path, why in stays.items()}


def test_a_year_of_nights_leaves_a_week_then_weeks_then_months():
    stays = spared(days=3, weeks=3, months=3)

    # Of three weeks the last and the one before stay anyhow; of three months this one's.
    assert stays == {
        "000": "newest", "001": "daily", "002": "daily",
        "008": "weekly",  # Sunday 22 November
        "030": "monthly", "061": "monthly",  # 31 October, 30 September
    }  # fmt: skip


def test_the_newest_stays_though_no_rule_spares_it():
    assert spared(days=0, weeks=0, months=0) == {"000": "newest"}


@pytest.mark.parametrize("days", [1, 7, 30])
def test_each_of_the_last_days_stays(days):
    assert len(spared(days=days, weeks=0, months=0)) == days


def test_nothing_known_spares_nothing():
    assert rotation.spared({}, NOW, days=7, weeks=5, months=6) == {}


def test_a_night_without_a_backup_costs_no_week_its_own():
    holes = {path: taken for path, taken in NIGHTLY.items() if int(path.name) % 7 not in (0, 1)}

    stays = rotation.spared(holes, NOW, days=0, weeks=4, months=0)

    assert len(stays) == 4
