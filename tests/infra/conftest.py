"""The census: every infra test file that was due has run a test, and what was left out is said with its reason.

`--census machine`: a whole machine was asked, so every file of this folder is due. Otherwise the files that were given
are due, unless a person chose among their tests (-k, -m, file::test): then the end of the run says that it was a part.
"""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
# What a test says, by record_property, that this machine could not show.
UNSHOWN = "cannot_show"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--census", choices=["given", "machine"], default="given", help="which infra files are due"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Census(config), "census")


def due_files(config: pytest.Config) -> set[Path]:
    """The test files of this folder that the command line asked for; none where it asked for single tests."""
    if config.getoption("census", "given") == "machine":
        return set(FOLDER.glob("test_*.py"))
    if config.option.keyword or config.option.markexpr or any("::" in word for word in config.args):
        return set()
    given = [Path(config.invocation_params.dir, word).resolve() for word in config.args]
    return {file for path in given for file in (path.glob("test_*.py") if path == FOLDER else [path])
            if file.parent == FOLDER}  # fmt: skip


class Census:
    """Counts what ran, per file, and speaks at the end."""

    def __init__(self, config: pytest.Config) -> None:
        self.due = due_files(config)
        self.ran: set[Path] = set()
        self.left_out: list[tuple[str, str]] = []
        self.missing: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.partition("[")[0].rpartition("/")[2]
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.left_out.append((name, reason.removeprefix("Skipped: ")))
        elif report.when == "call":
            self.ran.add(FOLDER / report.nodeid.partition("::")[0].rpartition("/")[2])
            self.left_out += [(name, str(why)) for what, why in report.user_properties if what == UNSHOWN]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.missing = sorted(file.name for file in self.due - self.ran)
        if self.missing and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        by_reason: dict[tuple[str, str], list[str]] = {}
        for name, reason in sorted(set(self.left_out)):
            by_reason.setdefault((name.partition("::")[0], reason), []).append(name)
        for (file, reason), names in by_reason.items():
            told = names[0] if len(names) == 1 else f"{len(names)} tests of {file}"
            terminalreporter.write_line(f"not shown here: {told}: {reason}")
        if self.missing:
            terminalreporter.write_line(f"CENSUS: no test ran of {', '.join(self.missing)}", red=True)
        elif self.due:
            terminalreporter.write_line(f"census: {len(self.due)} of {len(self.due)} due infra files ran")
        else:
            terminalreporter.write_line("census: not taken, single tests were asked for")
