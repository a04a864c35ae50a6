# ruff: noqa: ARG001 - pytest names a hook's arguments
"""What all tests share: where a skipped test counts as one that failed."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

__all__: list[str] = []

# A deadline on one example would be an assertion on seconds, which a busy machine fails.
settings.register_profile("course", deadline=None)
settings.load_profile("course")

# Started in the background, or by nohup, the tests inherit ignored signals, and so would every command that
# they start; a handler of our own, though it does nothing, is taken back by `exec`.
for _number in (getattr(signal, _name) for _name in ("SIGINT", "SIGHUP") if hasattr(signal, _name)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, lambda *_: None)


@pytest.fixture(autouse=True, scope="session")
def own_progress(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path, None, None]:
    """Commands that tests run keep no progress in the data of whoever runs the tests."""
    before, folder = os.environ.get("COURSE_DATA"), tmp_path_factory.mktemp("progress")
    os.environ["COURSE_DATA"] = str(folder)
    yield folder
    if before is None:
        del os.environ["COURSE_DATA"]
    else:
        os.environ["COURSE_DATA"] = before


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With COURSE_NO_SKIP set, as in CI, a skip is a failure: what did not run shows nothing."""
    report = yield
    if report.skipped and os.environ.get("COURSE_NO_SKIP") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not accept: {report.longrepr}"
    return report
