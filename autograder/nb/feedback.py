"""Feedback pages: made again when a grade changes, never with a zero for what a person has yet to grade."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.nb.cover import grade_id
from autograder.nb.delivery import complete_result
from autograder.nb.folder import GradingFolder
from autograder.nb.pages import NOTICE, mark_older, outdated_pages, page_facts

__all__ = ["FreshFeedback", "ShowStanding"]


class FreshFeedback(HTMLExporter):
    """Removes outdated pages before nbgrader decides which pages exist.

    nbgrader makes a page again only for a later timestamp. A submission may have none, and a person's
    points or comment never change it. Every result gets the files that release_feedback needs. Made once a
    run, after nbgrader has found the results.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        coursedir = self.parent.coursedir
        self._folder = GradingFolder(Path(coursedir.root))
        self._one_notebook = coursedir.notebook_id != "*"
        with Gradebook(coursedir.db_url) as gradebook:
            outdated = set(outdated_pages(gradebook, self._folder, coursedir.assignment_id))
        for assignment in self.parent.assignments:
            student = Path(assignment).parent.name
            if complete_result(self._folder, coursedir.assignment_id, student) or student in outdated:
                self._remove(self._folder.feedback / student / coursedir.assignment_id)
        self._mark(coursedir.assignment_id)

    def _remove(self, place: Path) -> None:
        if not place.is_dir():
            return
        self.parent.log.info("The grade has changed, so the page is made again: %s", place)
        if self._one_notebook:
            (place / f"{place.name}.html").unlink(missing_ok=True)
        else:
            shutil.rmtree(place)

    def _mark(self, topic: str) -> None:
        """Mark the pages whose result is gone: they cannot be made again."""
        for page in self._folder.feedback.glob(f"*/{topic}/{topic}.html"):
            student = page.parent.parent.name
            if not (self._folder.autograded / student / topic).is_dir():
                mark_older(self._folder, topic, student)


class ShowStanding(NbGraderPreprocessor):
    """Tells the template what counts, what a person commented, and what the topic is called.

    In place of nbgrader's GetGrades, which knows comments on cells that students edit only.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Add ``earned``, ``waits`` and ``comment`` to graded cells, and ``course`` to the resources."""
        names = resources["nbgrader"]
        topic, student = names["assignment"], names["student"]
        folder = GradingFolder(Path(self.parent.parent.coursedir.root))
        catalog = folder.catalog()
        with Gradebook(names["db_url"]) as gradebook:
            facts = page_facts(gradebook, folder, topic, student)[student]
        counted = {grade_id(topic, part.name): part for part in facts.counted.parts}
        parts = []
        for cell in filter(utils.is_grade, nb.cells):
            name = cell.metadata.nbgrader.grade_id
            part = counted[name]
            cell.metadata.nbgrader.update(
                waits=part.waits,
                earned=part.points,
                points=part.max_points,
                comment=facts.comments.get(name),
            )
            parts.append(cell.metadata.nbgrader)
        resources["course"] = {
            "title": catalog.topic(topic).title,
            "course": catalog.course.title,
            "parts": parts,
            "grade": facts.counted,
            "max_points": sum(part.max_points for part in facts.counted.parts),
            "digest": facts.digest,
            "notice": NOTICE if facts.older else "",
        }
        return nb, resources
