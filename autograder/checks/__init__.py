"""What a check's author imports: the ``api`` under test, what to expect of it, what a check is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograder.checks.api import Api, Draw
from autograder.checks.document import Document, at
from autograder.checks.expect import CheckFailed, expect, prompt
from autograder.checks.jsontext import read_json
from autograder.checks.marks import assesses, hint, late, needs, points
from autograder.checks.reply import Cookie, Reply

if TYPE_CHECKING:
    from autograder.checks.findings import Findings

__all__ = [
    "Api",
    "CheckFailed",
    "Cookie",
    "Document",
    "Draw",
    "Findings",
    "Reply",
    "assesses",
    "at",
    "expect",
    "hint",
    "late",
    "needs",
    "points",
    "prompt",
    "read_json",
]


def __getattr__(name: str) -> Any:
    # Few checks want it, and pydantic takes its time.
    if name == "Findings":
        from autograder.checks.findings import Findings  # noqa: PLC0415 - see above

        return Findings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
