"""Parts that a person grades: nothing is judged here, and nothing is given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.kinds.judge import Setting
from autograder.report.model import PartReport
from autograder.submission import Submission
from autograder.verdict import Verdict

__all__ = ["MemoJudge"]


class MemoJudge:
    """Says that the part waits for a person."""

    def __init__(self, setting: Setting) -> None:
        self._part = setting.part

    def files(self) -> Sequence[Path]:
        """None: no file of ours sways what a person says."""
        return ()

    def prepare(self) -> None:
        """Nothing is needed."""

    def judge(self, submission: Submission, seed: str) -> PartReport:
        """No points yet, whatever was handed in."""
        return PartReport(
            name=self._part.name,
            kind=self._part.kind,
            verdict=Verdict.AWAITING_PERSON,
            points=0,
            max_points=self._part.points,
        )

    def close(self) -> None:
        """Nothing was started."""
