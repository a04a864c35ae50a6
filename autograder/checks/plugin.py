"""The pytest plugin of the checks' process: fixtures, and what was collected."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

import pytest

from autograder.checks.api import Api, Draw
from autograder.checks.message import CheckInfo
from autograder.checks.plain import PlainCheck, plain
from autograder.checks.run import GIVEN, Run, info_of, run_checks

if TYPE_CHECKING:
    from autograder.checks.findings import Findings

__all__ = ["Checks"]

_MARKS = ("points(value)", "assesses(objective)", "hint(*ids)", "needs(*checks)", "late(yes)")


class Checks:
    """Collects once; the worker then runs the checks as often as it is asked to.

    Args:
        serve: called with this object instead of pytest's own run loop.
        graded: whether every check must say what it is worth.
    """

    def __init__(self, serve: Callable[[Checks], None], *, graded: bool) -> None:
        self._serve = serve
        self._graded = graded
        self._items: list[pytest.Item] = []
        self._plain: dict[str, PlainCheck | None] = {}
        self._run: Run | None = None
        self._failure: BaseException | None = None
        self.infos: tuple[CheckInfo, ...] = ()

    def run(self, run: Run) -> None:
        """Run every check that is wanted, in the order that the run asks for."""
        self._run = run
        run_checks(run, self.infos, lambda at: self._failure_of(self._items[at], run))

    def _failure_of(self, item: pytest.Item, run: Run) -> BaseException | None:
        """What the check raised, if it did."""
        check = self._plain[item.nodeid]
        if check is None:
            self._failure = None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            return self._failure
        try:
            check.function(**{name: GIVEN[name](run, item.name) for name in check.takes})
        except BaseException as error:  # noqa: BLE001 - as pytest does: a check that calls sys.exit is broken
            return error
        return None

    @pytest.fixture
    def api(self) -> Api:
        """The app under test."""
        assert self._run is not None
        return self._run.api

    @pytest.fixture
    def apps(self) -> tuple[Api, ...]:
        """The apps that one process serves, in the order of the part's ``apps``; `api` is the first."""
        assert self._run is not None
        return self._run.apis

    @pytest.fixture
    def findings(self) -> Findings:
        """What the learner says was wrong with the app; for parts of kind fix."""
        assert self._run is not None
        return self._run.findings

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest) -> Draw:
        """Hidden inputs: random, and the same for everyone in a release."""
        assert self._run is not None
        return self._run.draw(request.node.name)

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the authors' marks known."""
        for mark in _MARKS:
            config.addinivalue_line("markers", f"course_{mark}: said by a check's author")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Say why a file could not be collected; nobody else would."""
        if report.failed:
            sys.stderr.write(f"{report.longrepr}\n")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Read what the authors said of their checks."""
        self._items = session.items
        self._plain = {item.nodeid: plain(item, GIVEN) for item in session.items}
        self.infos = tuple(_info(item, graded=self._graded) for item in session.items)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Serve runs in place of pytest's own loop."""
        if session.testsfailed:
            return False
        self._serve(self)
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep the exception itself: the report only keeps its text."""
        if call.excinfo is not None and self._failure is None:
            self._failure = call.excinfo.value
        return (yield)


def _info(item: pytest.Item, *, graded: bool) -> CheckInfo:
    def mark(name: str) -> tuple[object, ...]:
        found = item.get_closest_marker(name)
        return found.args if found else ()

    try:
        return info_of(item.name, getattr(item, "function", None), item.path.name, mark, graded=graded)
    except ValueError as error:
        raise pytest.UsageError(f"{item.nodeid} {error}") from error
