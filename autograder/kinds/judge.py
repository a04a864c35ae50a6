"""What a judge of one kind of part is, and what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from autograder.catalog import Part, Places, Topic
from autograder.checks.holder import SharedChecks
from autograder.report.model import PartReport
from autograder.sandbox import Sandbox
from autograder.sandbox.policy import Policy
from autograder.submission import Submission

__all__ = ["Judge", "Setting"]


@dataclass(frozen=True, slots=True)
class Setting:
    """What judging one part rests on, beside the submission.

    Attributes:
        checks: files to judge by in place of the hidden ones, such as the brief's examples.
        shared: a process that has collected the checks of several parts, where the grader has one.
    """

    places: Places
    topic: Topic
    part: Part
    sandbox: Sandbox
    policy: Policy
    checks: Sequence[Path] | None = None
    shared: SharedChecks | None = None


class Judge(Protocol):
    """Judges one part of one topic, for any number of submissions, from several threads."""

    def __init__(self, setting: Setting) -> None: ...

    def files(self) -> Sequence[Path]:
        """The files whose content sways the verdict; part of the cache's key."""

    def prepare(self) -> None:
        """Start what the first submission would have to wait for. Raises GradingBroken."""

    def judge(self, submission: Submission, seed: str) -> PartReport:
        """Judge the part. Raises GradingBroken for what is not the student's doing."""

    def close(self) -> None:
        """End what the judge started, the judging of other threads included; can be called again.

        What was being judged then, or is judged later, is broken.
        """
