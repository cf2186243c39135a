"""How the vendor writes numbers and times."""

from datetime import UTC, datetime, tzinfo
from functools import lru_cache

PRICE_DECIMALS = 4


def fixed(units: int, decimals: int | None = None) -> tuple[str, int]:
    """Ten-thousandths as text; without decimals as few as are needed, but two or more stay as they are.

    The vendor trims a price and writes a premium in the scale that its price was left with.
    """
    whole, rest = divmod(units, 10**PRICE_DECIMALS)
    tail = f"{rest:04d}"
    tail = tail.rstrip("0") if decimals is None else tail[:decimals]
    return (f"{whole}.{tail}" if tail else str(whole)), len(tail)


@lru_cache(maxsize=64)
def _utc_day(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()


def utc_second(epoch_s: int) -> str:
    """2026-05-11T17:28:01Z; strftime is ten times slower and a day has 30,000 prints."""
    day, second = divmod(epoch_s, 86_400)
    minute, second = divmod(second, 60)
    hour, minute = divmod(minute, 60)
    return f"{_utc_day(day)}T{hour:02d}:{minute:02d}:{second:02d}Z"


def utc_micro(epoch_us: int) -> str:
    """2026-05-11T16:35:37.364269Z."""
    second, micro = divmod(epoch_us, 1_000_000)
    return f"{utc_second(second)[:-1]}.{micro:06d}Z"


def utc_milli(epoch_ms: int) -> str:
    """2026-05-11T16:35:00.000Z."""
    second, milli = divmod(epoch_ms, 1000)
    return f"{utc_second(second)[:-1]}.{milli:03d}Z"


def iso(epoch_s: int, zone: tzinfo) -> str:
    """2026-05-11T12:35:00-04:00."""
    return datetime.fromtimestamp(epoch_s, zone).isoformat()


def money(cents: int, decimals: int) -> str:
    """Cents as dollars with two or more decimals; unlike fixed() it may be negative."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}{'0' * (decimals - 2)}"
