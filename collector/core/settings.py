"""Settings: one value, checked as a whole, with a fix for each problem."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from collector.core import checks
from collector.core.errors import SettingsError

PREFIX = "COLLECTOR_"
VENDOR_URL = "https://api.unusualwhales.com"
Check = Callable[[Any], Any]


@dataclass(frozen=True)
class Settings:
    """Each field is the inventory's collector_<name> and the env's COLLECTOR_<NAME>."""

    api_key: str
    api_url: str = VENDOR_URL
    symbols: tuple[str, ...] = ("SPY", "QQQ")
    feeds: tuple[str, ...] = ()
    cadence: Mapping[str, int] = field(default_factory=dict)
    schedule: str = "*/5 9-16 * * 1-5; 5 21 * * 1-5; 50 6 * * 2-6"
    database_dsn: str = "dbname=darkpool user=collector host=/run/postgresql"
    http_timeout_s: int = 20
    overlap_s: int = 300
    log_file: str = "/var/log/collector/collector.log"
    log_level: str = "info"
    state_dir: str = "/var/lib/collector"
    spool_mb: int = 512
    raw_days: int = 7
    raw_mb: int = 1024
    keep_hot_months: int = 24
    keep_hot: Mapping[str, int] = field(default_factory=dict)
    thin_after_days: int = 90
    archive_enabled: bool = True
    archive_dir: str = "/var/lib/collector/archive"
    retain_schedule: str = "30 22 * * *"
    clock_offset_s: int = 0
    budget_reserve_percent: int = 10
    stream_enabled: bool = False
    stream_channels: tuple[str, ...] = ("off_lit_trades", "flow-alerts", "option_trades")
    stream_silence_s: int = 60
    alerts_dir: str = "/etc/collector"


CHECKS: Mapping[str, Check] = {
    "api_key": checks.key,
    "api_url": checks.url,
    "symbols": checks.symbols,
    "feeds": checks.words,
    "cadence": checks.cadence,
    "schedule": checks.schedule,
    "database_dsn": checks.given,
    "http_timeout_s": checks.seconds(1, 300),
    "overlap_s": checks.seconds(0, 86_400),
    "log_file": checks.path_or_empty,
    "log_level": checks.one_of("debug", "info", "warning", "error"),
    "state_dir": checks.path,
    "spool_mb": checks.whole(1, 1_000_000, "megabytes"),
    "raw_days": checks.whole(0, 3650, "days"),
    "raw_mb": checks.whole(1, 1_000_000, "megabytes"),
    "keep_hot_months": checks.none_or(3, 1200, "months"),
    "keep_hot": checks.table_months,
    "thin_after_days": checks.none_or(7, 36_500, "days"),
    "archive_enabled": checks.yes_or_no,
    "archive_dir": checks.path,
    "retain_schedule": checks.schedule,
    "clock_offset_s": checks.seconds(-(10**9), 10**9),
    "budget_reserve_percent": checks.whole(0, 50, "percent"),
    "stream_enabled": checks.yes_or_no,
    "stream_channels": checks.some_words,
    "stream_silence_s": checks.seconds(5, 3600),
    "alerts_dir": checks.path,
}


def read(mapping: Mapping[str, str], more: Mapping[str, Check] | None = None) -> Settings:
    """All settings from the mapping's COLLECTOR_* names, or every problem at once.

    `more` are checks that need what this floor may not know: the cron library, the feeds.
    """
    given = {k.removeprefix(PREFIX).lower(): v for k, v in mapping.items() if k.startswith(PREFIX)}
    problems = [_unknown(name) for name in given if name not in CHECKS]
    values: dict[str, Any] = {} if "api_url" in given else {"api_url": VENDOR_URL}
    for name, check in CHECKS.items():
        if name in given:
            try:
                values[name] = check(given[name].strip())
                (more or {}).get(name, _fine)(values[name])
            except ValueError as reason:
                problems.append(f"{PREFIX}{name.upper()}: {reason}")
    if "api_key" not in given:
        problems.append(f"{PREFIX}API_KEY is missing: put your Unusual Whales API key there")
    problems += _together(values)
    if problems:
        raise SettingsError(problems)
    return Settings(**values)


def _fine(_value: object) -> None:
    return None


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, CHECKS, n=1)
    hint = f"did you mean {PREFIX}{near[0].upper()}?" if near else "remove the line"
    return f"{PREFIX}{name.upper()} is not a setting: {hint}"


def _together(values: Mapping[str, Any]) -> list[str]:
    """What only two settings together can show."""
    problems = []
    if values.get("clock_offset_s", 0) and _is_vendor(values.get("api_url", "")):
        problems.append(
            f"{PREFIX}CLOCK_OFFSET_S moves the clock while {PREFIX}API_URL is the vendor's: "
            "set the offset to 0, or the URL to a simulator"
        )
    return problems


def _is_vendor(url: str) -> bool:
    return checks.host_of(url).endswith("unusualwhales.com")


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, Mapping):
        return ",".join(f"{name}={number}" for name, number in value.items())
    return str(value)


def shown(settings: Settings) -> dict[str, str]:
    """For people and logs: every setting, no secret."""
    rows = {}
    for one in fields(settings):
        value = getattr(settings, one.name)
        rows[one.name] = _written(value)
    rows["api_key"] = "(set, not shown)"
    rows["database_dsn"] = checks.without_password(settings.database_dsn)
    return rows
