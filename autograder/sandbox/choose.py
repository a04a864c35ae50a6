"""Which sandbox to grade in: behind a wall wherever there is one, and never without one by accident."""

from __future__ import annotations

from autograder.errors import SandboxUnavailable
from autograder.sandbox.job import Sandbox
from autograder.sandbox.plain import PlainSandbox

__all__ = ["choose"]


def choose(*, trust_submissions: bool = False, own_code: bool = False) -> Sandbox:
    """The sandbox for this machine and these submissions.

    Args:
        trust_submissions: grade without a wall where there is none; the instructor said that the
            machine or the container is the wall.
        own_code: a learner checks their own work: no wall is needed on any operating system.

    Raises:
        SandboxUnavailable: there is no wall, and nobody said that none is needed.
    """
    if own_code:
        return PlainSandbox()
    try:
        return _walled()
    except SandboxUnavailable:
        if trust_submissions:
            return PlainSandbox()
        raise


def _walled() -> Sandbox:
    # The wall's module needs parts of the standard library that only Linux has.
    try:
        from autograder.sandbox.bubblewrap import BubblewrapSandbox  # noqa: PLC0415 - see above
    except ImportError as error:
        raise SandboxUnavailable(
            f"This operating system offers no wall: {error}",
            where="autograder.sandbox.bubblewrap",
            remedy="Grade on Linux, or take the machine as the wall with --trust-submissions.",
        ) from error
    sandbox = BubblewrapSandbox()
    sandbox.check_available()
    return sandbox
