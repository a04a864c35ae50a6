"""How a check fails: a sentence, and the exchange that shows it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.checks.reply import Reply

__all__ = ["AppGone", "AppHung", "CheckFailed", "Noted", "expect", "fail", "noting", "prompt", "spend"]

_MOST_AFTER = 64
"""Requests that a check sends after its first failure, at most."""


class CheckFailed(AssertionError):
    """The app did not do what the brief asks.

    Args:
        message: why, as one sentence to the learner.
        sent: the request that shows it.
        expected: what should have come back.
        got: what came back.
    """

    def __init__(
        self,
        message: str,
        *,
        sent: str | None = None,
        expected: str | None = None,
        got: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.sent = sent
        self.expected = expected
        self.got = got


class AppGone(CheckFailed):
    """The app's process was gone, or went, while the check talked to it."""


class AppHung(CheckFailed):
    """The app did not finish its answer in the time one request may take."""


def expect(
    condition: object, message: str, reply: Reply | None = None, *, expected: str | None = None
) -> None:
    """Fail the check with ``message`` unless ``condition`` holds; it goes on all the same, see `fail`.

    Args:
        condition: what must be true.
        message: one sentence to the learner: what is wrong.
        reply: the response that shows it.
        expected: what should have come back, where the message does not say it.
    """
    if condition:
        return
    if reply is None:
        fail(CheckFailed(message, expected=expected))
    else:
        fail(CheckFailed(message, sent=reply.sent, expected=expected, got=reply.shown))


@dataclass(slots=True)
class Noted:
    """What a check has failed for so far.

    Attributes:
        first: the failure that is reported.
        left: how many more requests the check may send.
    """

    first: CheckFailed | None = None
    left: int = _MOST_AFTER


_noted: ContextVar[Noted | None] = ContextVar("noted", default=None)


@contextlib.contextmanager
def noting() -> Iterator[Noted]:
    """Around one check: a failure is noted in place of being raised."""
    noted = Noted()
    before = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(before)


@contextlib.contextmanager
def prompt() -> Iterator[None]:
    """Inside, a failure is raised at once: for helpers that catch CheckFailed, or whose result is shared."""
    before = _noted.set(None)
    try:
        yield
    finally:
        _noted.reset(before)


def fail(failure: CheckFailed) -> None:
    """Fail the check that runs, and let it go on.

    It sends what it would have sent to a right app, as far as it can: otherwise the next request would tell
    the app whether its last answer was right. The first failure is the one that is reported.

    Raises:
        CheckFailed: no check runs, or inside `prompt`.
    """
    noted = _noted.get()
    if noted is None:
        raise failure
    noted.first = noted.first or failure


def spend() -> None:
    """Count a request. Raises CheckFailed when a check that has failed sends too many more."""
    noted = _noted.get()
    if noted is not None and noted.first is not None:
        noted.left -= 1
        if noted.left < 0:
            raise noted.first
