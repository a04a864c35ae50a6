"""The pytest plugin of the checks' process: fixtures, what was collected, what each check found."""

from __future__ import annotations

import math
import random
import sys
import time
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING

import pytest

from autograder.checks.api import Api, Draw
from autograder.checks.client import Client
from autograder.checks.expect import AppGone, AppHung, CheckFailed
from autograder.checks.message import CheckInfo, Finding, Order
from autograder.checks.plain import PlainCheck, plain
from autograder.checks.process import AppProcess, Ask
from autograder.sandbox.job import Address
from autograder.verdict import Verdict

if TYPE_CHECKING:
    from autograder.checks.findings import Findings

__all__ = ["Checks", "Run"]

_MOST_CHARS = 4_000
"""Of one text of a finding: an app can put 100 kB into a header that a message quotes."""

_SHORTEST = 8
"""Characters of a sentence that says something."""

_MARKS = ("points(value)", "assesses(objective)", "hint(*ids)", "needs(*checks)")


class Run:
    """One run of the collected checks against one app.

    Args:
        order: the app's address, the seed, the client's limits.
        ask: asks the engine for something done to the app.
        tell: takes each finding as it is made.
    """

    def __init__(self, order: Order, ask: Ask, tell: Callable[[Finding], None]) -> None:
        self.order = order
        self.process = AppProcess(ask, order.left)
        self._tell = tell
        self.apis = tuple(Api(self._client(address), self.process) for address in order.addresses)
        self._verdicts: dict[str, Verdict] = {}
        self._hung = 0

    def _client(self, address: Address) -> Client:
        return Client(address, wall_s=self.order.request_wall_s, max_bytes=self.order.response_bytes)

    @property
    def api(self) -> Api:
        """The first app's."""
        return self.apis[0]

    @property
    def findings(self) -> Findings:
        """What was handed in as findings."""
        assert self.order.findings is not None, "only a part of kind fix has findings"
        return self.order.findings

    def draw(self, check: str) -> Draw:
        """The hidden inputs of a check."""
        return random.Random(f"{self.order.seed}:{check}")  # noqa: S311 - repeatable by design

    def reason_to_skip(self, info: CheckInfo, sentences: dict[str, str]) -> Finding | None:
        """Why the check is not run, if so."""
        for needed in info.needs:
            if self._verdicts.get(needed) is not Verdict.PASSED:
                message = f"Not run, since it rests on another check: {sentences[needed]}"
                return Finding(name=info.name, verdict=Verdict.SKIPPED, message=message)
        if self._hung >= self.order.hang_limit:
            message = f"Not run: the app had already hung in {self._hung} checks."
            return Finding(name=info.name, verdict=Verdict.TIMED_OUT, message=message)
        return None

    def found(self, finding: Finding) -> None:
        """Take note of a finding and pass it on."""
        self._verdicts[finding.name] = finding.verdict
        self._hung += finding.verdict is Verdict.TIMED_OUT
        self._tell(finding)


_GIVEN: Mapping[str, Callable[[Run, str], object]] = {
    "api": lambda run, _: run.api,
    "apps": lambda run, _: run.apis,
    "draw": Run.draw,
    "findings": lambda run, _: run.findings,
}
"""What the fixtures of `Checks` give, by name."""


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
        """Run every check, in the order in which they were written."""
        self._run = run
        sentences = {info.name: info.sentence for info in self.infos}
        for item, info in zip(self._items, self.infos, strict=True):
            if run.order.files and info.file not in run.order.files:
                continue
            skipped = run.reason_to_skip(info, sentences)
            if skipped is not None:
                run.found(skipped)
                continue
            run.process.next_check()
            start = time.perf_counter()
            failure = self._failure_of(item, run)
            run.found(_finding(info.name, failure, time.perf_counter() - start))

    def _failure_of(self, item: pytest.Item, run: Run) -> BaseException | None:
        """What the check raised, if it did."""
        check = self._plain[item.nodeid]
        if check is None:
            self._failure = None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            return self._failure
        try:
            check.function(**{name: _GIVEN[name](run, item.name) for name in check.takes})
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
        self._plain = {item.nodeid: plain(item, _GIVEN) for item in session.items}
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
    function = getattr(item, "function", None)
    sentence = " ".join((getattr(function, "__doc__", None) or "").split("\n\n")[0].split())
    worth = _one(item, "course_points")
    if len(sentence) < _SHORTEST or (graded and not worth):
        missing = (
            "a docstring: the sentence that the learner reads"
            if len(sentence) < _SHORTEST
            else "@points(...)"
        )
        raise pytest.UsageError(f"{item.nodeid} has no {missing}")
    points = float(str(worth[0])) if worth else 0.0
    if not 0 <= points < math.inf:
        raise pytest.UsageError(
            f"{item.nodeid} is worth {points} points, which must be greater than or equal to 0"
        )
    objective = _one(item, "course_assesses")
    return CheckInfo(
        name=item.name,
        sentence=sentence,
        points=points,
        objective=str(objective[0]) if objective else None,
        hints=tuple(map(str, _one(item, "course_hint"))),
        needs=tuple(map(str, _one(item, "course_needs"))),
        file=item.path.name,
    )


def _one(item: pytest.Item, mark: str) -> tuple[object, ...]:
    found = item.get_closest_marker(mark)
    return found.args if found else ()


def _finding(name: str, failure: BaseException | None, wall_s: float) -> Finding:
    if failure is None:
        return Finding(name=name, verdict=Verdict.PASSED, wall_s=wall_s)
    if not isinstance(failure, CheckFailed):
        # Anything else is a fault in the check, a skip included: never the student's.
        message = _text(f"{type(failure).__name__}: {failure}")
        return Finding(name=name, verdict=Verdict.BROKEN, message=message, wall_s=wall_s)
    verdict = Verdict.FAILED
    if isinstance(failure, AppHung):
        verdict = Verdict.TIMED_OUT
    elif isinstance(failure, AppGone):
        verdict = Verdict.CRASHED
    return Finding(
        name=name,
        verdict=verdict,
        message=_text(failure.message),
        sent=failure.sent and _text(failure.sent),
        expected=failure.expected and _text(failure.expected),
        got=failure.got and _text(failure.got),
        wall_s=wall_s,
    )


def _text(text: str) -> str:
    """Text that can be written anywhere: short, and without lone surrogates, which JSON can smuggle in."""
    cut = text if len(text) <= _MOST_CHARS else f"{text[:_MOST_CHARS]}…"
    return cut.encode("utf-8", "backslashreplace").decode()
