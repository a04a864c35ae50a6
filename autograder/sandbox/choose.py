"""Which sandbox to grade in: behind a wall wherever there is one, and never without one by accident."""

from __future__ import annotations

import os

from autograder.errors import SandboxUnavailable, UsageError
from autograder.sandbox.job import Sandbox
from autograder.sandbox.plain import PlainSandbox

__all__ = ["VARIABLE", "choose", "warm_refusal"]

VARIABLE = "COURSE_SANDBOX"
"""The environment variable that asks for ``warm`` or for ``cold`` starts."""


def choose(*, trust_submissions: bool = False, own_code: bool = False, start: str = "") -> Sandbox:
    """The sandbox for this machine and these submissions.

    Args:
        trust_submissions: grade without a wall where there is none; the instructor said that the
            machine or the container is the wall.
        own_code: a learner checks their own work: no wall is needed on any operating system.
        start: ``warm`` or ``cold``; when not given, what the variable COURSE_SANDBOX says, and when it
            says nothing, warm wherever that works. The walls are the same, and so are the points.

    Raises:
        SandboxUnavailable: there is no wall, and nobody said that none is needed.
    """
    if own_code:
        return PlainSandbox()
    try:
        return _walled(start or os.environ.get(VARIABLE, ""))
    except SandboxUnavailable:
        if trust_submissions:
            return PlainSandbox()
        raise


def warm_refusal() -> SandboxUnavailable | None:
    """Why this machine has no warm starts; None when it has."""
    try:
        _walled("warm")
    except SandboxUnavailable as error:
        return error
    return None


def _walled(start: str) -> Sandbox:
    if start not in {"", "warm", "cold"}:
        raise UsageError(
            f"There is no sandbox called {start!r}.",
            where=f"the environment variable {VARIABLE}",
            remedy="Set it to warm or to cold, or unset it.",
        )
    # The wall's module needs parts of the standard library that only Linux has.
    try:
        from autograder.sandbox.bubblewrap import BubblewrapSandbox  # noqa: PLC0415 - see above
    except ImportError as error:
        raise SandboxUnavailable(
            f"This operating system offers no wall: {error}",
            where="autograder.sandbox.bubblewrap",
            remedy="Grade on Linux, or take the machine as the wall with --trust-submissions.",
        ) from error
    if start != "cold":
        warm = BubblewrapSandbox(warm=True)
        try:
            warm.check_available()
        except SandboxUnavailable:
            if start == "warm":
                raise
        else:
            return warm
    cold = BubblewrapSandbox()
    cold.check_available()
    return cold
