"""Tests that did not run are named with the reason at the end, and no reason but one is good enough for CI.

The one: a program is missing on this machine. Such a test carries `@pytest.mark.needs("janus")`; several names mean
that any of them will do. In CI every other skip, and a reason that is not true, fails the run.
"""

import os
import shutil
from dataclasses import dataclass

import pytest

ABSENT = "not on this machine: "


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*programs): runs where one of these programs is installed")
    if not hasattr(config, "workerinput"):  # the process that prints the summary, not its workers
        config.pluginmanager.register(Ledger(), "not-run")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        require(*mark.args)


def require(*programs: str) -> None:
    """Skip the running test unless one of the programs is installed."""
    if not any(shutil.which(p) for p in programs):
        pytest.skip(ABSENT + ", ".join(programs))


@dataclass(frozen=True, slots=True, order=True)
class NotRun:
    """One test, or one file of tests, that was skipped."""

    name: str
    reason: str

    @property
    def excused(self) -> bool:
        """Whether the reason is a program that this machine really lacks."""
        if not self.reason.startswith(ABSENT):
            return False
        programs = self.reason.removeprefix(ABSENT).split(", ")
        return not any(shutil.which(p) for p in programs)


class Ledger:
    """Collects what was skipped in this run."""

    def __init__(self) -> None:
        self.skipped: set[NotRun] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        self.skipped.add(NotRun(report.nodeid, reason.removeprefix("Skipped: ")))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self._inexcusable() and exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.skipped:
            return
        terminalreporter.section("NOT RUN")
        for test in sorted(self.skipped):
            terminalreporter.write_line(f"{test.name}: {test.reason}")
        if self._inexcusable():
            terminalreporter.write_line(f"{len(self._inexcusable())} of these must run in CI: this run has failed.")

    def _inexcusable(self) -> tuple[NotRun, ...]:
        return tuple(t for t in sorted(self.skipped) if not t.excused) if os.environ.get("CI") else ()
