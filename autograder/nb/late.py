"""Late penalties: what nbgrader's plugin says of a hand-in, computed anew whenever it may have changed."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from nbgrader.api import SubmittedNotebook
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties

from autograder.errors import CourseError, GradingBroken
from autograder.nb.journal import Event, Kind, Standing

__all__ = ["LatePenalties", "Penalty"]


@dataclass(frozen=True, slots=True)
class Penalty:
    """A late penalty, and what it was computed from.

    Attributes:
        points: how much is taken off.
        score: the score before that.
        seconds: how late the hand-in was.
    """

    points: float
    score: float
    seconds: float

    @property
    def detail(self) -> str:
        """As the journal keeps it."""
        return json.dumps(asdict(self))

    def why(self, kept: str) -> str:
        """What changed since the penalty that the journal kept."""
        before = json.loads(kept) if kept else {}
        if before.get("seconds") != self.seconds:
            return "the due date or the time of the hand-in changed"
        return "the score changed" if before.get("score") != self.score else "the plugin changed"


@dataclass(frozen=True, slots=True)
class Updated:
    """What assigning penalties anew led to.

    Attributes:
        changes: by student, the penalty before and now, and why.
        events: for the journal.
        failed: students for whose hand-ins the plugin failed.
    """

    changes: Mapping[str, str]
    events: tuple[Event, ...]
    failed: tuple[str, ...]


class LatePenalties:
    """The configured plugin.

    Args:
        parent: one of nbgrader's objects, which holds the configuration.

    Raises:
        CourseError: the plugin cannot be loaded.
    """

    def __init__(self, parent: Any) -> None:
        name = str(parent.config.AssignLatePenalties.get("plugin_class", ""))
        self._name = name or "nbgrader's own"
        try:
            late = AssignLatePenalties(parent=parent)
            late.init_plugin()
        except Exception as error:  # the plugin is the instructor's: anything can be wrong with it
            raise CourseError(
                f"The plugin for late penalties cannot be loaded: {type(error).__name__}: {error}",
                where=f"nbgrader_config.py: AssignLatePenalties.plugin_class = {name!r}",
                remedy="Correct the name, or the module beside nbgrader_config.py, then autograde again.",
            ) from error
        self._plugin = late.plugin_inst

    @property
    def configured(self) -> bool:
        """Whether there can be penalties at all."""
        plugin = self._plugin
        return type(plugin) is not LateSubmissionPlugin or plugin.penalty_method != "none"

    def assign(self, notebook: Any) -> Penalty:
        """Set the penalty of a submitted notebook, as AssignLatePenalties does; the caller commits.

        Raises:
            GradingBroken: the plugin failed, or what it returned is not a number.
        """
        seconds, score = _seconds_late(notebook.assignment), float(notebook.score)
        points = self._points(notebook.student.id, score, seconds) if seconds > 0 else None
        if points != notebook.late_submission_penalty:
            notebook.late_submission_penalty = points
        return Penalty(points or 0.0, score, seconds)

    def update(
        self, gradebook: Any, topic: str, standings: Mapping[str, Standing], students: Collection[str]
    ) -> Updated:
        """Assign the penalties of these students anew, and commit."""
        if not self.configured and not _any_penalty(gradebook):
            return Updated({}, (), ())  # what would be looked up submission by submission
        changes: dict[str, str] = {}
        events: list[Event] = []
        failed: list[str] = []
        for submission in gradebook.assignment_submissions(topic):
            student = submission.student.id
            for notebook in submission.notebooks if student in students else ():
                before = notebook.late_submission_penalty or 0.0
                try:
                    now = self.assign(notebook)
                except GradingBroken:
                    failed.append(student)
                    continue
                if not math.isclose(before, now.points, abs_tol=1e-9):
                    changes[student] = f"{before:g} → {now.points:g} ({now.why(standings[student].penalty)})"
                    events.append((topic, student, Kind.PENALTY, "", now.detail))
        gradebook.db.commit()
        return Updated(changes, tuple(events), tuple(failed))

    def _points(self, student: str, score: float, seconds: float) -> float | None:
        try:
            told = self._plugin.late_submission_penalty(student, score, seconds)
            points = None if told is None else float(told)
        except Exception as error:
            raise self._broken(f"{type(error).__name__}: {error}", student) from error
        if points is None:
            return None
        if not math.isfinite(points):
            raise self._broken(f"it returned {points}", student)
        return min(max(points, 0.0), score)

    def _broken(self, why: str, student: str) -> GradingBroken:
        return GradingBroken(
            f"The plugin for late penalties, {self._name}, failed: {why}.",
            where=f"the hand-in of {student}",
            remedy="Correct the plugin, then autograde again.",
        )


def _any_penalty(gradebook: Any) -> bool:
    query = gradebook.db.query(SubmittedNotebook.id).filter(SubmittedNotebook.late_submission_penalty > 0)
    return query.first() is not None


def _seconds_late(submission: Any) -> float:
    # An extension of a due date that does not exist is an error to nbgrader.
    return 0.0 if submission.assignment.duedate is None else float(submission.total_seconds_late)
