"""The set of prints in the simulator and in the database, in one form."""

from decimal import Decimal
from typing import Any

from simulator_process import Simulator

Print = tuple[str, str, int, Decimal, Decimal, Decimal, bool]


def served(simulator: Simulator, symbol: str, day: str, what: str = "darkpool") -> list[Print]:
    """What the simulator knows to be true of a day, or what it served once: "vanished"."""
    rows = simulator.truth(what, symbol=symbol, date=day)
    return sorted((*facts(row), row["canceled"]) for row in rows)


def facts(row: dict[str, Any]) -> tuple[str, str, int, Decimal, Decimal, Decimal]:
    """What tells a print from all others."""
    return (
        row["ticker"],
        row["executed_at"],
        row["tracking_id"],
        Decimal(row["price"]),
        Decimal(row["size"]),
        Decimal(row["volume"]),
    )


def stored(database: Any, symbol: str, day: str) -> list[Print]:
    """What the database has of it; a print that is there twice is twice in the list."""
    return sorted(
        database.ask(
            """select symbol, to_char(executed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), tracking_id,
                      price, size, volume, canceled
               from trading.darkpool_trades
               where symbol = %s and (executed_at at time zone 'America/New_York')::date = %s""",
            symbol,
            day,
        )
    )
