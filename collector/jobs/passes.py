"""What a pass or a backfill did, in numbers and in one line for people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from collector.core import logging
from collector.core.errors import (
    BadKey,
    CollectorError,
    DailyLimit,
    HistoryLimit,
    NotInPlan,
    Spared,
    Stopped,
    UnknownSymbol,
)
from collector.jobs.collect import Part, Result, Tools, collect, facts
from collector.store.pages import Counts

Say = Callable[[str], None]
# As many names as fit on a line.
FEW = 2


@dataclass
class Pass:
    """What a pass did."""

    counts: Counts = field(default_factory=Counts)
    parts: int = 0
    failed: dict[str, list[str]] = field(default_factory=dict)
    stopped: bool = False
    spared: int = 0

    @property
    def outcome(self) -> str:
        """The word of ops.runs."""
        if self.failed:
            return "failed"
        if self.stopped:
            return "stopped"
        return "done" if self.parts else "nothing_due"

    @property
    def message(self) -> str:
        """One line for people."""
        if not self.parts and not self.failed:
            return "stopped" if self.stopped else "nothing due"
        c = self.counts
        did = f"{c.requests} requests, {c.stored} new, {c.updated} updated, {c.quarantined} quarantined"
        spooled = [f"{c.spooled} pages wait in the spool for the database"] if c.spooled else []
        failures = [_failure(reason, parts) for reason, parts in self.failed.items()]
        return "; ".join([did, *spooled, *failures, *(["stopped"] if self.stopped else [])])

    def fail(self, reason: object, part: str = "") -> None:
        """Notes a failure, so that what fails for one reason is said once."""
        self.failed.setdefault(str(reason), []).append(part)


def _failure(reason: str, parts: list[str]) -> str:
    if len(parts) > FEW:
        return f"{len(parts)} failed: {reason}"
    named = ", ".join(filter(None, parts))
    return f"{named}: {reason}" if named else reason


def take(tools: Tools, part: Part, did: Pass, say: Say) -> str:
    """Collects one part and says so; the outcome, a word of ops.ledger."""
    result = Result()
    outcome, message = "failed", ""
    did.parts += 1
    try:
        collect(tools, part, result)
        outcome, message = ("open", "; ".join(result.still_open)) if result.still_open else ("done", "")
    except HistoryLimit as reason:
        outcome, message = "before_history", str(reason)
        tools.books.note_history(part.source.name, reason, tools.clock.now())
    except NotInPlan as reason:
        outcome, message = "not_in_plan", str(reason)
    except Spared as reason:
        outcome, message = "open", str(reason)
        did.spared += 1
    except Stopped:
        outcome = "stopped"
        raise
    except (BadKey, DailyLimit) as reason:
        message = str(reason)
        raise
    except CollectorError as reason:
        message = str(reason)
        if _is_not_offered(part, reason):
            outcome = "not_offered"
        else:
            did.fail(reason, f"{part.source.name} {part.symbol}")
            logging.error("failed", **facts(part, result))
    finally:
        did.counts.add(result.counts)
        tools.books.note_outcome(part.source.name, part.symbol, part.session.date, outcome, message)
        logging.event("feed", outcome=outcome, message=message, **facts(part, result))
        say(_line(part, result, outcome, message))
    return outcome


def _is_not_offered(part: Part, reason: CollectorError) -> bool:
    """What was served earlier in the session is offered: its 404 is a failure."""
    return isinstance(reason, UnknownSymbol) and part.source.partial and part.last is None


def _line(part: Part, result: Result, outcome: str, message: str) -> str:
    c = result.counts
    line = (
        f"{part.source.name:25} {part.symbol:22} {part.session.date} {c.requests:3} requests "
        f"{c.stored:6} new {c.updated:4} updated  {outcome}"
    )
    if c.spooled:
        line += f", {c.spooled} pages in the spool"
    if c.quarantined:
        line += f", {c.quarantined} quarantined"
    return f"{line}: {message}" if message else line
