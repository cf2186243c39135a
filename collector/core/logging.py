"""One line an event, logfmt, to a file that logrotate may move away."""

from __future__ import annotations

import logging
import sys
from logging.handlers import WatchedFileHandler

_LOGGER = logging.getLogger("collector")


class Logfmt(logging.Formatter):
    """time=... level=... run=... event=... key=value; values with blanks are quoted."""

    def __init__(self, run_id: str) -> None:
        super().__init__()
        self._run_id = run_id

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever the values hold."""
        facts = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "run": self._run_id,
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            facts["trace"] = self.formatException(record.exc_info)
        return " ".join(f"{name}={_value(value)}" for name, value in facts.items())


def _value(value: object) -> str:
    text = str(value)
    if text and not any(character in text for character in ' "=\n\r\t\\'):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def configure(log_file: str, level: str, run_id: str) -> None:
    """To the file, or to stderr when there is none."""
    handler: logging.Handler = (
        WatchedFileHandler(log_file, encoding="utf-8") if log_file else logging.StreamHandler(sys.stderr)
    )
    handler.setFormatter(Logfmt(run_id))
    for old in list(_LOGGER.handlers):
        _LOGGER.removeHandler(old)
        old.close()
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(level.upper())
    _LOGGER.propagate = False


def event(what: str, **facts: object) -> None:
    """Something happened that is worth a line."""
    _LOGGER.info(what, extra={"facts": facts})


def warning(what: str, **facts: object) -> None:
    """Something is not right, and the collector copes with it."""
    _LOGGER.warning(what, extra={"facts": facts})


def error(what: str, **facts: object) -> None:
    """Something failed; inside an except block the trace is logged too."""
    _LOGGER.error(what, extra={"facts": facts}, exc_info=sys.exc_info()[0] is not None)
