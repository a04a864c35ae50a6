"""How a check fails: a sentence, and the exchange that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.checks.reply import Reply

__all__ = ["AppGone", "AppHung", "CheckFailed", "expect"]


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
    """Fail the check with ``message`` unless ``condition`` holds.

    Args:
        condition: what must be true.
        message: one sentence to the learner: what is wrong.
        reply: the response that shows it.
        expected: what should have come back, where the message does not say it.
    """
    if condition:
        return
    if reply is None:
        raise CheckFailed(message, expected=expected)
    raise CheckFailed(message, sent=reply.sent, expected=expected, got=reply.shown)
