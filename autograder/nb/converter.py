"""nbgrader's Autograde for a batch: made once, it takes one hand-in after another.

What it does to a hand-in is nbgrader's own, step by step, with the course's configuration. Only what
nbgrader does anew for every student is done once: its exporter and its connection to the gradebook.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from nbconvert.writers import FilesWriter
from nbgrader.api import MissingEntry
from nbgrader.converters import Autograde
from nbgrader.utils import find_all_files

from autograder.nb.begin import Begun
from autograder.nb.counted import counted_grades
from autograder.nb.gradebooks import KeptGradebook
from autograder.report.model import CountedGrade

__all__ = ["BatchAutograde"]


class BatchAutograde(Autograde):
    """Started once for each hand-in, after ``coursedir.student_id`` was set.

    Attributes:
        begun: what the batch knows before it grades, so that the exporter need not find it out again.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kept_gradebook = KeptGradebook(self.coursedir.db_url, self.coursedir.course_id)
        self.begun: Begun | None = None
        self._is_ready = False

    def start(self) -> None:
        """Record one hand-in."""
        self.init_notebooks()
        if not self._is_ready:
            self.writer = FilesWriter(parent=self, config=self.config)
            self.exporter = self.exporter_class(parent=self, config=self.config)
            self._is_ready = True
        before = Path.cwd()
        os.chdir(self.coursedir.root)
        try:
            self.convert_notebooks()
        finally:
            os.chdir(before)

    def close(self) -> None:
        """Close the gradebook; can be called again."""
        self.kept_gradebook.close()

    def counted(self, topic: str, student: str) -> CountedGrade:
        """What the gradebook counts for a submission that was recorded."""
        with self.kept_gradebook.session() as gradebook:
            return counted_grades(gradebook, topic, student)[student]

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Enter the hand-in and copy its files; anything but one known notebook is left to nbgrader."""
        with self.kept_gradebook.session() as gradebook:
            if self._is_usual(gradebook, assignment_id):
                # Of Autograde's base: Autograde's own would open the gradebook five times.
                super(Autograde, self).init_assignment(assignment_id, student_id)
                self._enter(gradebook, assignment_id, student_id)
                self._copy_source(assignment_id, student_id)
                return
        super().init_assignment(assignment_id, student_id)

    def _is_usual(self, gradebook: Any, assignment_id: str) -> bool:
        try:
            known = [notebook.name for notebook in gradebook.find_assignment(assignment_id).notebooks]
        except MissingEntry:
            return False
        found = [Path(path).stem for path in self.notebooks]
        return bool(self.create_student) and known == found == [assignment_id]

    def _enter(self, gradebook: Any, assignment_id: str, student_id: str) -> None:
        gradebook.update_or_create_student(student_id)
        moment = self.coursedir.get_existing_timestamp(self._format_source(assignment_id, student_id))
        given = {"timestamp": moment} if moment else {}
        gradebook.update_or_create_submission(assignment_id, student_id, **given)

    def _copy_source(self, assignment_id: str, student_id: str) -> None:
        """Put the instructor's files over the student's, but for those that students edit."""
        target = Path(self._format_dest(assignment_id, student_id))
        source = Path(self.coursedir.format_path(self.coursedir.source_directory, ".", assignment_id))
        theirs = {source / name for name in self.exclude_overwriting.get(assignment_id, [])}
        for name in find_all_files(str(source), [*self.coursedir.ignore, "*.ipynb"]):
            if Path(name) in theirs:
                continue
            copy = target / Path(name).relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.unlink(missing_ok=True)
            shutil.copy(name, copy)
