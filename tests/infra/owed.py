"""What every unit of ours owes, by what it is: a job that ends, or a service that stays."""

from __future__ import annotations

TURN = "/usr/bin/flock --shared --no-fork --timeout"
# They keep the record of what failed, or tell of it, and cannot keep their own.
RECORDERS = ("darkpool-failed@", "darkpool-recovered@", "darkpool-ping@")


def lacks(unit: dict[str, str], *, scheduled: bool) -> list[str]:
    """What a unit does not have that it owes; `scheduled` says that cron starts it."""
    name = unit["Id"]
    if unit["Type"] == "oneshot":
        owed = of_a_job(unit, name) | (of_what_cron_starts(unit) if scheduled else {})
    else:
        owed = of_a_service(unit, name)
    return [what for what, held in owed.items() if not held]


def of_a_job(unit: dict[str, str], name: str) -> dict[str, bool]:
    recorded = {
        "its failure is recorded": unit["OnFailure"] == f"darkpool-failed@{name}.service",
        "and forgotten": unit["OnSuccess"] == f"darkpool-recovered@{name}.service",
    }
    return {
        "is loaded": unit["LoadState"] == "loaded",
        "ends in time": unit["TimeoutStartUSec"] != "infinity",
        "memory": unit["MemoryMax"].isdigit() and unit["MemorySwapMax"] == "0",
        "ends whole when memory is out": unit["OOMPolicy"] in ("stop", "kill"),
        **({} if name.startswith(RECORDERS) else recorded),
    }


def of_what_cron_starts(unit: dict[str, str]) -> dict[str, bool]:
    return {
        "takes turns with releases": f"argv[]={TURN}" in unit["ExecStart"],
        "goes before PostgreSQL": int(unit["OOMScoreAdjust"]) > 0,
        "is no root": unit["User"] not in ("", "root"),
    }


def of_a_service(unit: dict[str, str], name: str) -> dict[str, bool]:
    return {
        "is loaded": unit["LoadState"] == "loaded",
        "starts again": unit["Restart"] in ("always", "on-failure"),
        # The page cache counts against a limit, and a database that meets its own is killed.
        "memory": unit["MemoryMax"].isdigit() or name.startswith(("postgresql@", "fail2ban.")),
        "each death is recorded": f'"darkpool-failed@{name}:$$SERVICE_RESULT' in unit["ExecStopPost"],
        "and forgotten": f"darkpool-steady@{name}.timer" in unit["Wants"],
    }
