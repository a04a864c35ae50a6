"""The engine's side of the checks' process: which checks judge a part, and one run of them for one app."""

from __future__ import annotations

import base64
import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from autograder.checks.holder import CheckHolder
from autograder.checks.message import Finding, Order, Question, say
from autograder.checks.message import lines as messages
from autograder.errors import GradingBroken
from autograder.verdict import Verdict

__all__ = ["CheckRunner", "Steered"]


@dataclass(frozen=True, slots=True)
class _Going:
    """A run that has not ended: its check, in how many the app hung, whether one changed its variables."""

    check: str = ""
    hung: int = 0
    changed: bool = False


@contextlib.contextmanager
def _alarm(wall_s: float, ring: Callable[[], None]) -> Iterator[None]:
    timer = threading.Timer(wall_s, ring)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class Steered(Protocol):
    """What the checks may ask of the app's process; a sandbox's `Service` offers it."""

    def restart(self, environment: Mapping[str, str] | None = None) -> bool:
        """Stop it and start it again with these variables more; whether it is served again."""

    @property
    def left(self) -> Mapping[str, bytes]:
        """The files that the process left which the last restart ended, by name."""


class CheckRunner:
    """The checks of one part, collected; runs are safe from several threads.

    Args:
        files: the check files, in the order in which they are reported.
        graded: whether every check must say what it is worth.
        holder: a process that has collected these files among others; one of the runner's own, which it
            ends, when not given.

    Raises:
        GradingBroken: the files cannot be collected, hold no check, or hold two of one name.
    """

    def __init__(
        self, files: Sequence[Path], *, graded: bool = True, holder: CheckHolder | None = None
    ) -> None:
        with contextlib.ExitStack() as stack:
            self._holder = holder or stack.enter_context(CheckHolder(files, graded=graded))
            self._files = tuple(file.name for file in files)
            self.infos = tuple(info for info in self._holder.infos if info.file in self._files)
            self._hold_infos(graded=graded)
            self._stack = stack.pop_all()

    @property
    def alive(self) -> bool:
        """Whether the process still runs; one that was killed can take no further app."""
        return self._holder.alive

    def run(self, order: Order, app: Steered, *, give_up: Callable[[], None]) -> tuple[Finding, ...]:
        """Run every check against one app.

        Args:
            order: the app's address, the seed and the limits.
            app: what is restarted when a check asks for it.
            give_up: ends the app; called once when the order's time is over, from another thread.
                The checks left then find no app.

        Returns:
            A finding for each check, in the order in which they ran.

        Raises:
            GradingBroken: the findings are not exactly one for each check.
        """
        findings: list[Finding] = []
        with _alarm(order.wall_s, give_up):
            while (going := self._asked(order, app, findings)) is not None:
                # The kernel ended the checks' process at its limit: the check failed, and the others go on.
                findings.append(_overrun(going.check, order.check_cpu_s))
                before = tuple((each.name, each.verdict.value) for each in findings)
                changed = order.changed or going.changed
                order = replace(order, before=before, hung=going.hung + 1, changed=changed)
        told = Counter(finding.name for finding in findings)
        if told != Counter(info.name for info in self.infos):
            raise self._broken(f"The checks' process told {len(findings)} of {len(self.infos)} findings.")
        return tuple(findings)

    def _asked(self, order: Order, app: Steered, findings: list[Finding]) -> _Going | None:
        """Add what the checks find; where the limit of a check ended them, which it was."""
        going = _Going()
        with self._holder.connect() as channel:
            try:
                say(channel, {**order.told(), "files": self._files})
                for message in messages(channel):
                    if "finding" in message:
                        findings.append(Finding.read(message["finding"]))
                    elif "running" in message:
                        going = replace(going, check=message["running"], hung=message["hung"])
                    elif "ask" in message:
                        question = Question(**message)
                        going = replace(going, changed=going.changed or bool(question.environment))
                        say(channel, _answer(question, app))
                    elif "overrun" in message and going.check:
                        return going
                    elif "done" in message:
                        return None
            except (ConnectionError, ValueError) as error:
                raise self._broken(f"The checks' process ended in the middle of a run: {error}.") from error
        raise self._broken(
            f"The checks' process ended in the middle of a run, after {len(findings)} of "
            f"{len(self.infos)} findings."
        )

    def close(self) -> None:
        """End the process, unless others share it; can be called again."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _hold_infos(self, *, graded: bool) -> None:
        names = Counter(info.name for info in self.infos)
        twice = [name for name, count in names.items() if count > 1]
        if twice:
            raise self._broken(f"Two checks have one name: {', '.join(twice)}.")
        if not self.infos:
            raise self._broken("There is no check in the files.")
        before: set[str] = set()
        late = {info.name for info in self.infos if info.late}
        for info in self.infos:
            if not info.late and not late.isdisjoint(info.needs):
                raise self._broken(f"{info.name} needs a check that is late; mark it `@late()`, too.")
            for needed in info.needs:
                if needed not in before:
                    raise self._broken(f"{info.name} needs {needed!r}, which is no check before it.")
            if graded and info.points <= 0:
                raise self._broken(
                    f"{info.name} is worth {info.points} points; it must be worth more than 0."
                )
            before.add(info.name)

    def _broken(self, what: str) -> GradingBroken:
        return self._holder.broken(what)


def _answer(question: Question, app: Steered) -> dict[str, object]:
    if question.ask == "restart":
        return {"started": app.restart(question.environment)}
    content = app.left.get(question.file)
    return {"content": None if content is None else base64.b64encode(content).decode()}


def _overrun(check: str, cpu_s: float) -> Finding:
    message = (
        f"Reading the app's answers took more than {cpu_s:g} seconds of CPU time, the limit of one check. "
        "Send smaller answers, and documents that repeat less."
    )
    return Finding(name=check, verdict=Verdict.FAILED, message=message)
