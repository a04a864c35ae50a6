"""What a check's author imports: the ``api`` under test, what to expect of it, what a check is worth."""

from __future__ import annotations

from autograder.checks.api import Api, Draw
from autograder.checks.expect import CheckFailed, expect
from autograder.checks.findings import Findings
from autograder.checks.marks import assesses, hint, needs, points
from autograder.checks.reply import Cookie, Reply

__all__ = [
    "Api",
    "CheckFailed",
    "Cookie",
    "Draw",
    "Findings",
    "Reply",
    "assesses",
    "expect",
    "hint",
    "needs",
    "points",
]
