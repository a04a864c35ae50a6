"""Hidden checks against hostile answers, without an app: none may raise what is not the check's failure.

A check is run with the answers that the solution gave it, some of them changed. The same number gives the
same trial in every run.
"""

from __future__ import annotations

import base64
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.checks.client import reply_of
from autograder.checks.expect import AppGone, AppHung
from autograder.checks.reply import Reply
from autograder.checks.wire import Answer
from autograder.tests.fuzz.hostile import hostile
from autograder.tests.fuzz.recording import Check, run_of, verdict_of
from autograder.verdict import Verdict

__all__ = ["Tried", "judged", "tried"]

_ALL, _LOST, _SPOILED = 0.1, 0.001, 0.3
_MOST_LEFT = 4_096


@dataclass(slots=True)
class Tried:
    """What came of the trials of one topic.

    Attributes:
        verdicts: how often each.
        broken: a line for each trial in which a check raised something of its own.
    """

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def tried(checks: Sequence[Check], numbers: Sequence[int]) -> Tried:
    """Try each number: one check, with hostile answers.

    Args:
        checks: as they were recorded.
        numbers: each chooses a check, and what is changed.
    """
    told = Tried()
    for number in numbers:
        check = checks[number % len(checks)]
        app = _Replay(check, number)
        verdict, message = verdict_of(check, run_of(check, app.send, app.ask))
        told.verdicts[verdict] += 1
        if verdict is Verdict.BROKEN:
            told.broken.append(f"{number}: {check.name}: {message[:600]}")
    return told


def judged(check: Check) -> tuple[Verdict, str]:
    """What becomes of the check with its answers as they are, and the finding."""
    app = _Replay(check, None)
    return verdict_of(check, run_of(check, app.send, app.ask))


class _Replay:
    """An app that gives the recorded answers in turn, those chosen by the number changed, if there is one."""

    def __init__(self, check: Check, number: int | None) -> None:
        self._random = random.Random(f"{check.name}:{number}")
        self._answers = check.answers
        self._left = {name: iter(contents) for name, contents in check.left.items()}
        self._at = -1
        count = len(self._answers)
        chosen = self._random.sample(range(count), min(count, self._random.choice((1, 1, 2, 5))))
        self._changed = set(range(count)) if self._random.random() < _ALL else set(chosen)
        self._lost, self._spoiled = _LOST, _SPOILED
        if number is None:
            self._changed, self._lost, self._spoiled = set(), 0.0, 0.0

    def send(self, method: str, target: str, _: Mapping[str, str], __: bytes | None, /) -> Reply:
        """The next answer, read as the client reads it."""
        sent = f"{method} {target}"
        self._at += 1
        if self._random.random() < self._lost:
            raise self._random.choice((AppGone, AppHung))("It is lost.", sent=sent)
        at = self._at % len(self._answers)
        answer: Answer = self._answers[at]
        return reply_of(sent, hostile(self._random, answer) if at in self._changed else answer)

    def ask(self, question: dict[str, object]) -> Mapping[str, object]:
        """Whether it started again, or what it left."""
        if question["ask"] == "restart":
            return {"started": self._random.random() >= self._lost}
        recorded: Iterator[bytes | None] = self._left.get(str(question["file"]), iter(()))
        content = next(recorded, None)
        if content is not None and self._random.random() < self._spoiled:
            content = hostile(self._random, Answer(200, (), content[-_MOST_LEFT:])).body
        return {"content": None if content is None else base64.b64encode(content).decode()}
