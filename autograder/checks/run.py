"""One run of collected checks against one app: what each is given, what it found; pytest is not needed."""

from __future__ import annotations

import inspect
import math
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from autograder.checks.api import Api, Draw, Send
from autograder.checks.client import Client
from autograder.checks.expect import AppGone, AppHung, CheckFailed, noting
from autograder.checks.message import CheckInfo, Finding, Order
from autograder.checks.process import AppProcess, Ask
from autograder.checks.reply import Reply
from autograder.sandbox.job import Address
from autograder.verdict import Verdict

if TYPE_CHECKING:
    from autograder.checks.findings import Findings

__all__ = ["GIVEN", "Run", "info_of", "run_checks"]

_MOST_CHARS = 4_000
"""Of one text of a finding: an app can put 100 kB into a header that a message quotes."""

TOO_LARGE = (
    "Reading the app's answers took more memory than a check may use. "
    "Send smaller answers, and documents that repeat less."
)

_SHORTEST = 8
"""Characters of a sentence that says something."""


class Run:
    """One run of the collected checks against one app.

    Args:
        order: the app's address, the seed, the client's limits.
        ask: asks the engine for something done to the app.
        tell: takes each finding as it is made.
        begin: is called before each check with its name, and with the number of checks in which the app hung.

    Attributes:
        last: the last reply that the running check got.
    """

    def __init__(
        self,
        order: Order,
        ask: Ask,
        tell: Callable[[Finding], None],
        begin: Callable[[str, int], None] = lambda _name, _hung: None,
    ) -> None:
        self.order = order
        self.process = AppProcess(ask, order.left, changed=order.changed)
        self._tell = tell
        self._begin = begin
        self.apis = tuple(Api(self._client(address), self.process) for address in order.addresses)
        self._verdicts = {name: Verdict(verdict) for name, verdict in order.before}
        self._hung = order.hung
        self.last: Reply | None = None

    def _client(self, address: Address) -> Send:
        client = Client(address, wall_s=self.order.request_wall_s, max_bytes=self.order.response_bytes)

        def send(method: str, target: str, headers: Mapping[str, str], body: bytes | None, /) -> Reply:
            self.last = reply = client(method, target, headers, body)
            return reply

        return send

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

    def begin(self, check: str) -> None:
        """The check with this name is about to run."""
        self.process.next_check()
        self.last = None
        self._begin(check, self._hung)

    def found(self, finding: Finding, *, hung: bool = False) -> None:
        """Take note of a finding and pass it on; ``hung``: whether the app hung, whatever was found first."""
        self._verdicts[finding.name] = finding.verdict
        self._hung += hung
        self._tell(finding)


GIVEN: Mapping[str, Callable[[Run, str], object]] = {
    "api": lambda run, _: run.api,
    "apps": lambda run, _: run.apis,
    "draw": Run.draw,
    "findings": lambda run, _: run.findings,
}
"""What a check may take, by name."""


def run_checks(
    run: Run, infos: Sequence[CheckInfo], failure_of: Callable[[int], BaseException | None]
) -> None:
    """Run the checks that are wanted, in the order that the run asks for.

    Args:
        run: what is run against what.
        infos: of all checks that were collected.
        failure_of: runs the check at this place in ``infos``, and gives what it raised, if it did.
    """
    sentences = {info.name: info.sentence for info in infos}
    done = {name for name, _ in run.order.before}
    wanted = [at for at, info in enumerate(infos) if not run.order.files or info.file in run.order.files]
    for at in _drawn([infos[at] for at in wanted], wanted, run.order.seed) if run.order.drawn else wanted:
        info = infos[at]
        if info.name in done:
            continue
        skipped = run.reason_to_skip(info, sentences)
        if skipped is not None:
            run.found(skipped)
            continue
        run.begin(info.name)
        start = time.perf_counter()
        with noting() as noted:
            raised = failure_of(at)
        finding = _finding(info.name, noted.first or raised, run.last, time.perf_counter() - start)
        run.found(finding, hung=isinstance(raised, AppHung))
        del raised, noted  # what a check read may be large, and its traceback holds it


def _drawn(infos: Sequence[CheckInfo], places: Sequence[int], seed: str) -> list[int]:
    """These places in an order drawn from the seed: no check before one that it needs, late ones last.

    An app that knew the order would know which check its last answer decided.
    """
    draw = random.Random(f"{seed}:order")  # noqa: S311 - repeatable by design
    left, order = {at: info for at, info in zip(places, infos, strict=True) if not info.late}, list[int]()
    while left:
        names = {info.name for info in left.values()}
        at = draw.choice([at for at, info in left.items() if names.isdisjoint(info.needs)])
        order.append(at)
        del left[at]
    return order + [at for at, info in zip(places, infos, strict=True) if info.late]


def info_of(
    name: str, function: object, file: str, mark: Callable[[str], Sequence[object]], *, graded: bool
) -> CheckInfo:
    """What the author said of a check.

    Args:
        name: the check's.
        function: whose docstring is its sentence.
        file: the name of the file in which it stands.
        mark: the values of a mark of ours, none where the check has no such mark.
        graded: whether every check must say what it is worth.

    Raises:
        ValueError: something is missing or cannot be, and what.
    """
    sentence = " ".join((getattr(function, "__doc__", None) or "").split("\n\n")[0].split())
    worth = mark("course_points")
    if len(sentence) < _SHORTEST:
        message = "has no docstring: the sentence that the learner reads"
        raise ValueError(message)
    if graded and not worth:
        message = "has no @points(...)"
        raise ValueError(message)
    points = float(str(worth[0])) if worth else 0.0
    if not 0 <= points < math.inf:
        message = f"is worth {points} points, which must be greater than or equal to 0"
        raise ValueError(message)
    objective = mark("course_assesses")
    return CheckInfo(
        name=name,
        sentence=sentence,
        points=points,
        objective=str(objective[0]) if objective else None,
        hints=tuple(map(str, mark("course_hint"))),
        needs=tuple(map(str, mark("course_needs"))),
        file=file,
        asks_app=_asks_app(function),
        late=bool(mark("course_late")),
    )


def _asks_app(function: object) -> bool:
    takes = set(inspect.signature(function).parameters) if callable(function) else set()
    return "findings" not in takes or not takes.isdisjoint({"api", "apps"})


def _finding(name: str, failure: BaseException | None, last: Reply | None, wall_s: float) -> Finding:
    if failure is None:
        return Finding(name=name, verdict=Verdict.PASSED, wall_s=wall_s)
    if isinstance(failure, MemoryError):
        return Finding(name=name, verdict=Verdict.FAILED, message=_text(TOO_LARGE), wall_s=wall_s)
    if not isinstance(failure, CheckFailed):
        # Anything else is a fault in the check, a skip included; the answer that it met last may show why.
        return Finding(
            name=name,
            verdict=Verdict.BROKEN,
            message=_text(f"{type(failure).__name__}: {failure}"),
            sent=None if last is None else _text(last.sent),
            got=None if last is None else _text(last.shown),
            wall_s=wall_s,
        )
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
