"""The registry of trials: a file on the laptop, a line a trial, only ever appended to."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from analysis.statistics.trials import Trial, distinct
from collector.core.errors import Terminal


def read(path: Path) -> tuple[Trial, ...]:
    """All trials so far, each once; none if there is no file.

    Raises:
        Terminal: a line is not one of a trial; nothing is guessed about how many there were.
    """
    if not path.exists():
        return ()
    try:
        return distinct(Trial(**json.loads(line)) for line in path.read_text().splitlines() if line)
    except (TypeError, ValueError) as error:
        raise Terminal(f"{path} is not a registry of trials: {error}; repair it, do not remove it") from error


def record(path: Path, *trials: Trial) -> tuple[Trial, ...]:
    """Append trials and return all of them.

    Raises:
        Terminal: what is there is no registry.
    """
    before = read(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as registry:
        registry.writelines(json.dumps(asdict(trial)) + "\n" for trial in trials)
    return distinct((*before, *trials))
