"""A machine may lack Chromium and skip there, saying so; the CI machine may not: there a skip is a failure."""

import os
from collections.abc import Generator
from typing import TypeVar

import pytest

R = TypeVar("R", pytest.TestReport, pytest.CollectReport)


def _not_here(report: R) -> R:
    """The report, failed with the reason of its skip when CI=true. A known failure (xfail) is no skip."""
    if not report.skipped or hasattr(report, "wasxfail") or os.environ.get("CI") != "true":
        return report
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"{reason}\nA skip is a failure under CI: install what the test needs in .ci/run."
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """One test's skip."""
    return _not_here((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A whole file's skip."""
    return _not_here((yield))
