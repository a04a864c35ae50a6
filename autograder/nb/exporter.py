"""Guards nbgrader's autograding: who may grade, what was left half done, and what a hand-in's file can do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.converters.base import NbGraderException
from nbgrader.nbgraderformat.common import SchemaTooNewError, SchemaTooOldError
from sqlalchemy.exc import OperationalError
from traitlets import Unicode

from autograder.errors import CourseError, GradingBroken
from autograder.nb import lock
from autograder.nb.begin import Begun, begin
from autograder.nb.engine import close_engine
from autograder.nb.folder import GradingFolder
from autograder.nb.inbox import listed
from autograder.nb.journal import Journal, Kind
from autograder.nb.reading import read_handed_in
from autograder.report.model import Report

__all__ = ["GuardingExporter", "finish"]


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A hand-in between its record in the gradebook and nbgrader's last step."""

    digest: str
    report: Report
    exporter: GuardingExporter


_NEEDED = {
    "sanitize_preprocessors": ("autograder.nb.restore.RestoreCells", "autograder.nb.restore.EscapeMarkdown"),
    "autograde_preprocessors": ("autograder.nb.judge.Judge", "autograder.nb.grades.RecordGrades"),
}

_RECORDED: dict[tuple[Path, str, str], _Recorded] = {}


class GuardingExporter(NotebookExporter):
    """Reads a hand-in's notebook whatever it is, and keeps the journal.

    Made once a run, after nbgrader has found the hand-ins and before it looks at its own results:
    the moment to become the one grader and to clear away what an interrupted run left.

    Attributes:
        begun: what this run knows before it grades.
    """

    trouble = Unicode("", help="Why the inbox could not be filled; then nothing is graded.").tag(config=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._folder = GradingFolder(Path(self.parent.coursedir.root))
        self._is_holder = False
        try:
            self.begun = self._begin()
        except CourseError as error:
            self.parent.log.critical(str(error))
            raise NbGraderException(str(error)) from error

    def from_filename(self, filename: str, resources: Any = None, **kwargs: Any) -> tuple[Any, Any]:
        """As nbconvert does, from any bytes; what goes wrong is written into the journal."""
        facts = resources["nbgrader"]
        topic, student = facts["assignment"], facts["student"]
        try:
            if self.parent._sanitizing:  # noqa: SLF001 - nbgrader says by this alone which pass it is
                return self._read(Path(filename), resources)
            made: tuple[Any, Any] = super().from_filename(filename, resources=resources, **kwargs)
        except Exception as error:
            self._note(topic, student, error)
            self.done(student)
            if isinstance(error, OperationalError | SchemaTooOldError | SchemaTooNewError):
                # nbgrader ends the whole batch for these, and advises to upgrade the gradebook.
                raise _of_database(error, topic, student) from error
            raise
        finally:
            self._nb_metadata.clear()  # nbconvert keeps those of every notebook of a class
        course = made[1]["course"]
        _RECORDED[self._folder.path, topic, student] = _Recorded(course["digest"], course["report"], self)
        return made

    def done(self, student: str) -> None:
        """Stop being the grader after the last hand-in: a server that runs on must not stay it.

        Nor may it keep the checks as they were: by its next run they may have been corrected.
        """
        last = max(self.parent.assignments, default="")
        if self._is_holder and Path(last).parent.name == student:
            close_engine(self._folder)
            lock.release(self._folder.lock)

    def _begin(self) -> Begun:
        if self.trouble:
            raise GradingBroken(
                f"The hand-ins could not be collected: {self.trouble}",
                where=str(self._folder.submitted),
                remedy="Mend that, then autograde again.",
            )
        for name, needed in _NEEDED.items():
            found = [_dotted(each) for each in getattr(self.parent, name)]
            missing = [each for each in needed if each not in found]
            if missing:
                raise GradingBroken(
                    f"Autograde.{name} lacks {', '.join(missing)}.",
                    where=str(self._folder.config_file),
                    remedy="Let `configure(c, …)` set it; add to the list instead of replacing it.",
                )
        self._is_holder = lock.hold(self._folder.lock)
        begun = getattr(self.parent, "begun", None)
        if isinstance(begun, Begun):
            return begun
        self._tell_unread()
        begun = begin(self.parent, self.parent.coursedir.assignment_id)
        for remark in begun.remarks:
            self.parent.log.warning(remark.text)
        return begun

    def _tell_unread(self) -> None:
        """Warn of the entries of ``submitted`` that are not understood, and so are not graded."""
        catalog = self._folder.catalog()
        wanted = [topic for topic in catalog.ready if topic.name == self.parent.coursedir.assignment_id]
        for each in [each for topic in wanted for each in listed(self._folder, catalog, topic).unread]:
            if each.status.needs_instructor:
                self.parent.log.warning("Not graded: %s. %s", each.name, each.reason)

    def _read(self, path: Path, resources: Any) -> tuple[Any, Any]:
        notebook = read_handed_in(path.read_bytes())
        resources["metadata"] = {
            "name": path.stem,
            "path": str(path.parent),
            "modified_date": f"{datetime.now(UTC):%B %-d, %Y}",
        }
        made: tuple[Any, Any] = self.from_notebook_node(notebook, resources=resources)
        return made

    def _note(self, topic: str, student: str, error: Exception) -> None:
        journal = Journal(self._folder.journal)
        reason = error.what if isinstance(error, CourseError) else str(error) or type(error).__name__
        journal.add(topic, student, Kind.BROKEN, detail=reason)


def finish(assignment: str, student: str, notebooks: list[str]) -> None:  # noqa: ARG001 - nbgrader's interface
    """Take note that everything of a hand-in is on the disk: the last step of nbgrader's.

    Args:
        assignment: the topic.
        student: a pattern, not a student.
        notebooks: paths below the inbox.
    """
    home = Path(notebooks[0]).parent.parent
    folder = home.parent.parent
    recorded = _RECORDED.pop((folder, assignment, home.name), None)
    if recorded is not None:
        detail = recorded.report.model_dump_json()
        journal = Journal(GradingFolder(folder).journal)
        journal.add(assignment, home.name, Kind.FINISHED, digest=recorded.digest, detail=detail)
        recorded.exporter.done(home.name)


def _dotted(each: Any) -> str:
    return each if isinstance(each, str) else f"{each.__module__}.{each.__qualname__}"


def _of_database(error: Exception, topic: str, student: str) -> GradingBroken:
    first_line = str(error).splitlines()[0]
    return GradingBroken(
        f"The gradebook did not take the grade: {first_line}",
        where=f"{topic}, {student}",
        remedy="End what else uses the gradebook, or free disk space, then autograde again.",
    )
